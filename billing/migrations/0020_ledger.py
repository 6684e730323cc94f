"""Accounts, transfers, postings, and how pending transfers ended."""

import django.db.models.deletion
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("billing", "0006_append_only_attempts"),
        ('creators', '0025_analytics_events'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('brand_funding', "Brand's funds, not held"), ('held_funds', 'Held funds'), ('creator_payable', 'Payable to the creator'), ('platform_fee', "Veri's fees"), ('psp_clearing', 'At the payment provider'), ('psp_fees', "Payment provider's fees"), ('tax_withheld', 'Tax withheld'), ('disputes', 'Disputed'), ('revenue', 'Revenue of plans'), ('receivable', 'Receivable of plans')], max_length=20)),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('campaign_ref', models.BigIntegerField(blank=True, null=True)),
                ('posted_minor', models.BigIntegerField(default=0)),
                ('pending_in_minor', models.PositiveBigIntegerField(default=0)),
                ('pending_out_minor', models.PositiveBigIntegerField(default=0)),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.brand')),
                ('creator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.creator')),
            ],
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('is_pending', models.BooleanField(default=False)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('digest', models.CharField(max_length=64)),
                ('cause_kind', models.CharField(choices=[('event', 'Event'), ('webhook', 'Webhook'), ('actor', 'Person'), ('schedule', 'Schedule')], max_length=10)),
                ('cause_reference', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('recorded_at', models.DateTimeField()),
                ('actor', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolves', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posted_by', to='billing.transfer')),
            ],
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='billing.account')),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='billing.transfer')),
            ],
        ),
        migrations.CreateModel(
            name='TransferResolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('posted', 'Posted'), ('voided', 'Voided'), ('expired', 'Expired')], max_length=8)),
                ('cause_kind', models.CharField(choices=[('event', 'Event'), ('webhook', 'Webhook'), ('actor', 'Person'), ('schedule', 'Schedule')], max_length=10)),
                ('cause_reference', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('recorded_at', models.DateTimeField()),
                ('actor', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('transfer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='resolution', to='billing.transfer')),
            ],
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['campaign_ref', 'kind'], name='account_campaign_idx'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['kind', 'currency'], name='account_kind_idx'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('key',), name='account_key_unique'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['recorded_at'], name='transfer_recorded_idx'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='transfer_expiry_idx'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(fields=('key',), name='transfer_key_unique'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at', None), ('is_pending', True), _connector='OR'), name='transfer_posted_stays'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['account', 'id'], name='posting_account_idx'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='posting_moves_something'),
        ),
    ]
