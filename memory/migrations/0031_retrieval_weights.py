"""Learnt weights of retrieval, and the nights they were tried."""

import django.db.models.deletion
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [("creators", "0008_append_only_consents"), ("memory", "0030_answer_feedback")]

    operations = [
        migrations.CreateModel(
            name='RetrievalWeights',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('candidate', 'Candidate'), ('promoted', 'Promoted'), ('refused', 'Refused'), ('retired', 'Retired')], default='candidate', max_length=12)),
                ('gains', models.JSONField()),
                ('counts', models.JSONField(default=dict)),
                ('measures', models.JSONField(default=dict)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('revision', models.BigIntegerField(null=True)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('creator', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'verbose_name_plural': 'retrieval weights',
                'indexes': [models.Index(fields=['creator', '-id'], name='weights_creator_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'promoted')), fields=('creator',), name='weights_promoted_once', nulls_distinct=False), models.UniqueConstraint(fields=('revision',), name='weights_revision_unique')],
            },
        ),
        migrations.CreateModel(
            name='LearningRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('duration_ms', models.PositiveIntegerField()),
                ('creators', models.PositiveIntegerField()),
                ('questions', models.PositiveIntegerField()),
                ('recall_before', models.FloatField(null=True)),
                ('recall_after', models.FloatField(null=True)),
                ('promoted', models.PositiveIntegerField()),
                ('refused', models.PositiveIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['-started_at'], name='learning_started_idx')],
            },
        ),
    ]
