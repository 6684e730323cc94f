"""Points, seasons, streaks, tasks and achievements."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("creators", "0021_scores"),
    ]

    operations = [
        migrations.CreateModel(
            name='Season',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], default='open', max_length=8)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('starts_at',), name='season_start_unique'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='season_period_order')],
            },
        ),
        migrations.CreateModel(
            name='Streak',
            fields=[
                ('creator', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='streak', serialize=False, to='creators.creator')),
                ('length', models.IntegerField(default=0)),
                ('longest', models.IntegerField(default=0)),
                ('last_day', models.DateField(null=True)),
                ('freezes', models.IntegerField(default=0)),
                ('computed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['longest'], name='streak_longest_idx')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('\\A[a-z0-9][a-z0-9-]{1,48}[a-z0-9]\\Z', 'Use 3 to 50 of a-z, 0-9 and hyphens.')])),
                ('title', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('rule_kind', models.CharField(choices=[('platform_evidence', 'Platform evidence'), ('link', 'Link to published content'), ('staff', 'Staff review')], max_length=20)),
                ('rule', models.JSONField(blank=True, default=dict)),
                ('rule_version', models.IntegerField(default=1)),
                ('points', models.IntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)])),
                ('repeat', models.CharField(choices=[('none', 'Once'), ('daily', 'Every day'), ('weekly', 'Every week')], default='none', max_length=8)),
                ('audience', models.JSONField(blank=True, default=dict)),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField(blank=True, null=True)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code',), name='task_code_unique'), models.CheckConstraint(condition=models.Q(('points__gte', 1), ('points__lte', 10000)), name='task_points_bounds'), models.CheckConstraint(condition=models.Q(('closes_at__isnull', True), ('closes_at__gt', models.F('opens_at')), _connector='OR'), name='task_period_order')],
            },
        ),
        migrations.CreateModel(
            name='Achievement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('tier', models.IntegerField()),
                ('rule_version', models.IntegerField()),
                ('awarded_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_reason', models.CharField(blank=True, max_length=500)),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='achievements', to='creators.creator')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('creator', 'code', 'tier'), name='achievement_unique')],
            },
        ),
        migrations.CreateModel(
            name='FreezeEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('earned', 'Earned'), ('granted', 'Granted by staff'), ('spent', 'Spent')], max_length=8)),
                ('day', models.DateField()),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('recorded_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='freezes', to='creators.creator')),
            ],
            options={
                'verbose_name_plural': 'freeze entries',
                'constraints': [models.UniqueConstraint(fields=('creator', 'kind', 'day'), name='freeze_entry_unique')],
            },
        ),
        migrations.CreateModel(
            name='PointEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause_kind', models.CharField(max_length=20)),
                ('cause_id', models.CharField(max_length=100)),
                ('points', models.IntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='point_entries', to='creators.creator')),
                ('season', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='creators.season')),
            ],
            options={
                'verbose_name_plural': 'point entries',
                'indexes': [models.Index(fields=['creator', '-id'], name='point_entry_recent_idx')],
                'constraints': [models.UniqueConstraint(fields=('creator', 'cause_kind', 'cause_id'), name='point_entry_cause_unique'), models.CheckConstraint(condition=models.Q(('points__gte', -2097151), ('points__lte', 2097151), models.Q(('points', 0), _negated=True)), name='point_entry_bounds')],
            },
        ),
        migrations.CreateModel(
            name='SeasonResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(max_length=16)),
                ('points', models.IntegerField()),
                ('reached_at', models.DateTimeField()),
                ('rank', models.IntegerField()),
                ('category_rank', models.IntegerField()),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
                ('season', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='results', to='creators.season')),
            ],
            options={
                'indexes': [models.Index(fields=['season', 'rank', 'reached_at'], name='season_result_rank_idx')],
                'constraints': [models.UniqueConstraint(fields=('season', 'creator'), name='season_result_unique')],
            },
        ),
        migrations.CreateModel(
            name='SeasonTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(max_length=16)),
                ('points', models.IntegerField()),
                ('reached_at', models.DateTimeField()),
                ('is_shown', models.BooleanField(default=False)),
                ('updated_at', models.DateTimeField()),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
                ('season', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='totals', to='creators.season')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_shown', True)), fields=['season', '-points', 'reached_at'], name='season_total_board_idx'), models.Index(condition=models.Q(('is_shown', True)), fields=['season', 'category', '-points', 'reached_at'], name='season_total_category_idx'), models.Index(fields=['season', 'updated_at'], name='season_total_updated_idx')],
                'constraints': [models.UniqueConstraint(fields=('season', 'creator'), name='season_total_unique'), models.CheckConstraint(condition=models.Q(('points__gte', 0), ('points__lte', 2097151)), name='season_total_bounds')],
            },
        ),
        migrations.CreateModel(
            name='StreakDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('state', models.CharField(choices=[('active', 'Active'), ('repaired', 'Repaired'), ('frozen', 'Frozen')], max_length=8)),
                ('occurred_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='streak_days', to='creators.creator')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('creator', 'day'), name='streak_day_unique')],
            },
        ),
        migrations.CreateModel(
            name='TaskSubmission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(blank=True, max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'Waits for review'), ('approved', 'Approved'), ('refused', 'Refused')], max_length=10)),
                ('rule_version', models.IntegerField()),
                ('link', models.CharField(blank=True, max_length=500)),
                ('note', models.CharField(blank=True, max_length=2000)),
                ('evidence', models.JSONField(blank=True, default=dict)),
                ('submitted_at', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('reviewer_label', models.CharField(blank=True, max_length=150)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='submissions', to='creators.creator')),
                ('reviewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='creators.task')),
            ],
            options={
                'indexes': [models.Index(fields=['creator', '-id'], name='task_submission_recent_idx'), models.Index(fields=['task', 'state'], name='task_submission_task_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'approved'])), fields=('creator', 'task', 'period'), name='task_submission_held_unique')],
            },
        ),
        migrations.CreateModel(
            name='ZoneChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone_from', models.CharField(max_length=64)),
                ('zone_to', models.CharField(max_length=64)),
                ('changed_at', models.DateTimeField()),
                ('effective_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='zone_changes', to='creators.creator')),
            ],
            options={
                'indexes': [models.Index(fields=['creator', '-effective_at'], name='zone_change_recent_idx')],
            },
        ),
    ]
