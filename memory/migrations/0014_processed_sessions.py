"""Which stretches of conversations language models have read."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("creators", "0003_outbox_partitions"), ("memory", "0013_memory_conflicts")]

    operations = [
        migrations.CreateModel(
            name='ProcessedSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('processor', models.CharField(max_length=20)),
                ('conversation', models.CharField(max_length=220)),
                ('last_interaction_id', models.BigIntegerField()),
                ('interactions', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('waiting', 'Waiting'), ('failed', 'Failed')], default='running', max_length=12)),
                ('attempt', models.PositiveSmallIntegerField(default=1)),
                ('lease_until', models.DateTimeField()),
                ('model', models.CharField(blank=True, default='', max_length=80)),
                ('accepted', models.PositiveIntegerField(default=0)),
                ('rejected', models.JSONField(default=dict)),
                ('answer', models.TextField(blank=True, default='')),
                ('error', models.TextField(blank=True, default='')),
                ('recorded_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['running', 'waiting'])), fields=['lease_until'], name='session_lease_idx')],
                'constraints': [models.UniqueConstraint(fields=('creator', 'processor', 'conversation', 'last_interaction_id'), name='processed_session_last_unique')],
            },
        ),
    ]
