"""VeriScore: figures, runs, scores, and the latest of each creator."""

import django.contrib.postgres.fields
import django.db.models.deletion
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("creators", "0020_accounts_fetched_together"),
    ]

    operations = [
        migrations.CreateModel(
            name='ScoreRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=8)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('creators', models.IntegerField(default=0)),
                ('changed', models.IntegerField(default=0)),
                ('cohorts', models.JSONField(default=dict)),
                ('duration_ms', models.IntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CreatorScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=8)),
                ('value', models.SmallIntegerField()),
                ('exact', models.DecimalField(decimal_places=12, max_digits=15)),
                ('is_provisional', models.BooleanField()),
                ('is_capped', models.BooleanField(default=False)),
                ('components', models.JSONField()),
                ('platforms', models.JSONField()),
                ('reasons', models.JSONField()),
                ('inputs', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('computed_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='creators.creator')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='creators.scorerun')),
            ],
        ),
        migrations.CreateModel(
            name='LatestScore',
            fields=[
                ('creator', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='latest_score', serialize=False, to='creators.creator')),
                ('value', models.SmallIntegerField()),
                ('is_provisional', models.BooleanField()),
                ('digest', models.CharField(max_length=64)),
                ('platforms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), default=list, size=None)),
                ('capped_value', models.SmallIntegerField(null=True)),
                ('capped_until', models.DateTimeField(null=True)),
                ('capped_platforms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), default=list, size=None)),
                ('checked_at', models.DateTimeField()),
                ('score', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creatorscore')),
            ],
            options={
                'indexes': [models.Index(fields=['checked_at'], name='latest_score_checked_idx')],
            },
        ),
        migrations.CreateModel(
            name='PlatformFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('youtube', 'YouTube'), ('twitch', 'Twitch'), ('x', 'X'), ('tiktok', 'TikTok'), ('chat', 'Chat'), ('email', 'E-mail')], max_length=16)),
                ('category', models.CharField(max_length=16)),
                ('followers', models.BigIntegerField(null=True)),
                ('items', models.IntegerField(default=0)),
                ('rate', models.FloatField(null=True)),
                ('slope', models.FloatField(null=True)),
                ('points', models.IntegerField(default=0)),
                ('spikes', models.IntegerField(default=0)),
                ('deltas', models.IntegerField(default=0)),
                ('ratio', models.FloatField(null=True)),
                ('comments', models.IntegerField(default=0)),
                ('distinct_comments', models.IntegerField(default=0)),
                ('measured_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'verbose_name_plural': 'platform figures',
                'constraints': [models.UniqueConstraint(fields=('creator', 'platform'), name='platform_figures_unique')],
            },
        ),
        migrations.AddIndex(
            model_name='creatorscore',
            index=models.Index(fields=['creator', '-id'], name='creator_score_recent_idx'),
        ),
        migrations.AddConstraint(
            model_name='creatorscore',
            constraint=models.UniqueConstraint(fields=('run', 'creator'), name='creator_score_run_unique'),
        ),
        migrations.AddConstraint(
            model_name='creatorscore',
            constraint=models.CheckConstraint(condition=models.Q(('value__gte', 0), ('value__lte', 100)), name='creator_score_bounds'),
        ),
    ]
