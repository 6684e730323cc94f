"""Plans and runs of reading the platforms, quotas, and content that was missed."""

import django.db.models.deletion
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [("creators", "0018_webhooks")]

    operations = [
        migrations.CreateModel(
            name='MissingContent',
            fields=[
                ('content', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='missing', serialize=False, to='creators.contentitem')),
                ('first_missed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='QuotaWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('youtube', 'YouTube'), ('twitch', 'Twitch'), ('x', 'X'), ('tiktok', 'TikTok'), ('chat', 'Chat'), ('email', 'E-mail')], max_length=16)),
                ('bucket', models.CharField(max_length=60)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('used', models.BigIntegerField(default=0)),
                ('limit', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['ends_at'], name='quota_window_end_idx')],
                'constraints': [models.UniqueConstraint(fields=('platform', 'bucket', 'starts_at'), name='quota_window_unique'), models.CheckConstraint(condition=models.Q(('used__gte', 0)), name='quota_window_used_positive')],
            },
        ),
        migrations.CreateModel(
            name='SyncPlan',
            fields=[
                ('connection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='sync_plan', serialize=False, to='creators.platformconnection')),
                ('next_due_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('backoff_until', models.DateTimeField(null=True)),
                ('held_until', models.DateTimeField(null=True)),
                ('cursor', models.JSONField(blank=True, default=dict)),
                ('etag', models.CharField(blank=True, max_length=200)),
                ('counted', models.JSONField(blank=True, default=dict)),
                ('known_until', models.DateTimeField(null=True)),
                ('must_list', models.BooleanField(default=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('last_success_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['next_due_at'], name='sync_plan_due_idx')],
            },
        ),
        migrations.CreateModel(
            name='SyncRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('youtube', 'YouTube'), ('twitch', 'Twitch'), ('x', 'X'), ('tiktok', 'TikTok'), ('chat', 'Chat'), ('email', 'E-mail')], max_length=16)),
                ('kind', models.CharField(choices=[('first', 'First'), ('scheduled', 'Scheduled'), ('asked', 'On demand')], max_length=12)),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('paused', 'Goes on later'), ('failed', 'Failed')], default='running', max_length=12)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('pages', models.PositiveIntegerField(default=0)),
                ('items', models.PositiveIntegerField(default=0)),
                ('removed', models.PositiveIntegerField(default=0)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('units', models.PositiveIntegerField(default=0)),
                ('micro_dollars', models.BigIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('connection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='creators.platformconnection')),
            ],
            options={
                'indexes': [models.Index(fields=['connection', '-id'], name='sync_run_recent_idx'), models.Index(fields=['started_at'], name='sync_run_started_idx')],
            },
        ),
    ]
