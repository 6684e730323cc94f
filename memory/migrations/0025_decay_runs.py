"""Runs of decay, and what must not be formed again."""

import django.db.models.deletion
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [("creators", "0008_append_only_consents"), ("memory", "0024_conversations")]

    operations = [
        migrations.CreateModel(
            name='DecayRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateTimeField()),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('stopped', 'Stopped')], default='running', max_length=12)),
                ('cursor', models.BigIntegerField(default=0)),
                ('looked_at', models.BigIntegerField(default=0)),
                ('skipped', models.BigIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('freed', models.BigIntegerField(default=0)),
                ('storage_before', models.JSONField(default=dict)),
                ('storage_after', models.JSONField(default=dict)),
                ('waits_for', models.CharField(blank=True, default='', max_length=200)),
                ('started_by', models.CharField(max_length=150)),
                ('reason', models.TextField(blank=True, default='')),
                ('started_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-started_at'], name='decay_run_recent_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('state',), name='decay_run_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='MemorySuppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('salt', models.CharField(max_length=32)),
                ('digest', models.CharField(max_length=64)),
                ('through', models.DateTimeField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('creator', 'digest'), name='memory_suppression_digest_unique')],
            },
        ),
    ]
