"""Attempts, rollups, grants, notices, stops and provider reports beside usage and allowances."""

import django.db.models.deletion
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("billing", "0004_allowances_follow_configuration"),
        ('creators', '0025_analytics_events'),
    ]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name='allowance',
            name='recount_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='priceversion',
            name='unit',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='usageevent',
            name='units',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='priceversion',
            name='service',
            field=models.CharField(choices=[('claude', 'Claude'), ('openai', 'OpenAI'), ('voyage', 'Voyage'), ('mongo', 'MongoDB'), ('postgres', 'PostgreSQL'), ('x', "X's API"), ('mail', 'E-mail'), ('extractive', 'Extractive answers')], max_length=20),
        ),
        migrations.AlterField(
            model_name='reservation',
            name='service',
            field=models.CharField(choices=[('claude', 'Claude'), ('openai', 'OpenAI'), ('voyage', 'Voyage'), ('mongo', 'MongoDB'), ('postgres', 'PostgreSQL'), ('x', "X's API"), ('mail', 'E-mail'), ('extractive', 'Extractive answers')], max_length=20),
        ),
        migrations.AlterField(
            model_name='usageevent',
            name='service',
            field=models.CharField(choices=[('claude', 'Claude'), ('openai', 'OpenAI'), ('voyage', 'Voyage'), ('mongo', 'MongoDB'), ('postgres', 'PostgreSQL'), ('x', "X's API"), ('mail', 'E-mail'), ('extractive', 'Extractive answers')], max_length=20),
        ),
        migrations.CreateModel(
            name='BudgetNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=80)),
                ('period_start', models.DateTimeField()),
                ('percent', models.PositiveSmallIntegerField()),
                ('noticed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('scope', 'period_start', 'percent'), name='budget_notice_once_unique')],
            },
        ),
        migrations.CreateModel(
            name='ProviderCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(choices=[('claude', 'Claude'), ('openai', 'OpenAI'), ('voyage', 'Voyage'), ('mongo', 'MongoDB'), ('postgres', 'PostgreSQL'), ('x', "X's API"), ('mail', 'E-mail'), ('extractive', 'Extractive answers')], max_length=20)),
                ('day', models.DateField()),
                ('model', models.CharField(max_length=80)),
                ('cost_micro_usd', models.PositiveBigIntegerField()),
                ('imported_at', models.DateTimeField()),
                ('is_alarmed', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('service', 'day', 'model'), name='provider_cost_line_unique')],
            },
        ),
        migrations.CreateModel(
            name='QuotaGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('feature', models.CharField(max_length=40)),
                ('units', models.PositiveBigIntegerField()),
                ('source', models.CharField(choices=[('plan', 'Plan'), ('top_up', 'Top-up'), ('promo', 'Promotion'), ('staff', 'Staff')], max_length=12)),
                ('priority', models.PositiveSmallIntegerField()),
                ('valid_from', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('granted_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='quota_grants', to='creators.creator')),
            ],
        ),
        migrations.CreateModel(
            name='QuotaUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('units', models.PositiveBigIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('allowance', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grant_uses', to='billing.allowance')),
                ('grant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='billing.quotagrant')),
            ],
        ),
        migrations.CreateModel(
            name='RollupMark',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('rolled_id', models.BigIntegerField(default=0)),
                ('next_id', models.BigIntegerField(default=0)),
                ('next_transaction', models.BigIntegerField(default=0)),
                ('rolled_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='rollup_mark_single')],
            },
        ),
        migrations.CreateModel(
            name='SpendingSpike',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(choices=[('claude', 'Claude'), ('openai', 'OpenAI'), ('voyage', 'Voyage'), ('mongo', 'MongoDB'), ('postgres', 'PostgreSQL'), ('x', "X's API"), ('mail', 'E-mail'), ('extractive', 'Extractive answers')], max_length=20)),
                ('minute', models.DateTimeField()),
                ('cost_micro_usd', models.PositiveBigIntegerField()),
                ('median_micro_usd', models.PositiveBigIntegerField()),
                ('score', models.FloatField()),
                ('noticed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('service', 'minute'), name='spending_spike_minute_unique')],
            },
        ),
        migrations.CreateModel(
            name='SpendingStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('everything', 'Everything'), ('claude', 'Claude'), ('openai', 'OpenAI'), ('voyage', 'Voyage'), ('mongo', 'MongoDB'), ('postgres', 'PostgreSQL'), ('x', "X's API"), ('mail', 'E-mail'), ('extractive', 'Extractive answers')], max_length=20)),
                ('is_stopped', models.BooleanField()),
                ('reason', models.CharField(max_length=500)),
                ('changed_by', models.CharField(max_length=150)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('scope',), name='spending_stop_scope_unique')],
            },
        ),
        migrations.CreateModel(
            name='UsageAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('provider_request_id', models.CharField(blank=True, max_length=120)),
                ('outcome', models.CharField(choices=[('answered', 'Answered'), ('refused', 'Refused by the provider'), ('failed', 'Failed before anything was counted'), ('cut', 'Broken off')], max_length=12)),
                ('input_tokens', models.PositiveBigIntegerField(default=0)),
                ('cache_write_5m_tokens', models.PositiveBigIntegerField(default=0)),
                ('cache_write_1h_tokens', models.PositiveBigIntegerField(default=0)),
                ('cache_read_tokens', models.PositiveBigIntegerField(default=0)),
                ('output_tokens', models.PositiveBigIntegerField(default=0)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('event', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='billing.usageevent')),
            ],
        ),
        migrations.CreateModel(
            name='UsageRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('service', models.CharField(choices=[('claude', 'Claude'), ('openai', 'OpenAI'), ('voyage', 'Voyage'), ('mongo', 'MongoDB'), ('postgres', 'PostgreSQL'), ('x', "X's API"), ('mail', 'E-mail'), ('extractive', 'Extractive answers')], max_length=20)),
                ('model', models.CharField(max_length=80)),
                ('source', models.CharField(max_length=40)),
                ('events', models.BigIntegerField(default=0)),
                ('unreconciled', models.BigIntegerField(default=0)),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('cache_write_5m_tokens', models.BigIntegerField(default=0)),
                ('cache_write_1h_tokens', models.BigIntegerField(default=0)),
                ('cache_read_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('units', models.BigIntegerField(default=0)),
                ('cost_micro_usd', models.BigIntegerField(default=0)),
                ('creator', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.creator')),
            ],
        ),
        migrations.AddIndex(
            model_name='quotagrant',
            index=models.Index(fields=['creator', 'feature', 'expires_at'], name='quota_grant_creator_idx'),
        ),
        migrations.AddConstraint(
            model_name='quotagrant',
            constraint=models.UniqueConstraint(fields=('key',), name='quota_grant_key_unique'),
        ),
        migrations.AddConstraint(
            model_name='quotagrant',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('valid_from'))), name='quota_grant_period_forward'),
        ),
        migrations.AddConstraint(
            model_name='quotause',
            constraint=models.CheckConstraint(condition=models.Q(('units__gt', 0)), name='quota_use_units_positive'),
        ),
        migrations.AddConstraint(
            model_name='usageattempt',
            constraint=models.UniqueConstraint(fields=('event', 'number'), name='usage_attempt_number_unique'),
        ),
        migrations.AddIndex(
            model_name='usagerollup',
            index=models.Index(fields=['creator', 'day'], name='usage_rollup_creator_idx'),
        ),
        migrations.AddConstraint(
            model_name='usagerollup',
            constraint=models.UniqueConstraint(fields=('day', 'creator', 'service', 'model', 'source'), name='usage_rollup_unique'),
        ),
    ]
