"""Runs of the evaluation of retrieval."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('memory', '0027_forget_requests'),
    ]

    operations = [
        migrations.CreateModel(
            name='EvaluationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200)),
                ('file_digest', models.CharField(max_length=32)),
                ('store', models.CharField(max_length=12)),
                ('flags', models.JSONField(default=list)),
                ('embedding_model', models.CharField(max_length=80)),
                ('parameters', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('abandoned', 'Abandoned')], default='running', max_length=12)),
                ('creator_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('lease_until', models.DateTimeField()),
                ('measures', models.JSONField(null=True)),
                ('duration_ms', models.PositiveIntegerField(null=True)),
                ('error', models.TextField(blank=True, default='')),
                ('started_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['-started_at'], name='evaluation_started_idx'), models.Index(condition=models.Q(('state', 'running')), fields=['lease_until'], name='evaluation_lease_idx')],
            },
        ),
    ]
