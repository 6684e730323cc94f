"""Payments as providers tell of them, refunds, chargebacks, the inbox of webhooks, payouts."""

import django.db.models.deletion
import uuid
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("billing", "0022_held_funds"),
        ('creators', '0025_analytics_events'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.CreateModel(
            name='PaymentPoll',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(choices=[('mercado_pago', 'Mercado Pago'), ('stripe', 'Stripe')], max_length=14)),
                ('polled_until', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('provider',), name='payment_poll_unique')],
            },
        ),
        migrations.CreateModel(
            name='PaymentWebhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(choices=[('mercado_pago', 'Mercado Pago'), ('stripe', 'Stripe')], max_length=14)),
                ('delivery_id', models.CharField(max_length=120)),
                ('topic', models.CharField(blank=True, max_length=80)),
                ('data_id', models.CharField(blank=True, max_length=120)),
                ('signed', models.JSONField(default=dict)),
                ('verified_how', models.CharField(max_length=12)),
                ('body', models.BinaryField()),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('processed', 'Processed'), ('ignored', 'Ignored'), ('failed', 'Failed')], default='pending', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('received_at', models.DateTimeField()),
                ('processed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'id'], name='payment_webhook_state_idx')],
                'constraints': [models.UniqueConstraint(fields=('provider', 'delivery_id'), name='payment_webhook_unique')],
            },
        ),
        migrations.CreateModel(
            name='PayoutBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(blank=True, max_length=200)),
                ('proposed_at', models.DateTimeField()),
                ('proposed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'payout batches',
            },
        ),
        migrations.CreateModel(
            name='ProviderPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(choices=[('mercado_pago', 'Mercado Pago'), ('stripe', 'Stripe')], max_length=14)),
                ('payment_id', models.CharField(max_length=120)),
                ('state', models.SmallIntegerField(choices=[(0, 'Pending'), (1, 'Rejected'), (2, 'Cancelled'), (3, 'Approved'), (4, 'Refunded'), (5, 'Charged back')], default=0)),
                ('amount_minor', models.BigIntegerField(default=0)),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('fee_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('reference', models.CharField(blank=True, max_length=120)),
                ('is_credited', models.BooleanField(default=False)),
                ('is_held', models.BooleanField(default=False)),
                ('quarantine', models.CharField(blank=True, max_length=200)),
                ('first_seen_at', models.DateTimeField()),
                ('fetched_at', models.DateTimeField()),
                ('intent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='billing.paymentintent')),
            ],
        ),
        migrations.CreateModel(
            name='Chargeback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chargeback_id', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=6)),
                ('amount_minor', models.BigIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('payment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='chargebacks', to='billing.providerpayment')),
            ],
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('refund_id', models.CharField(blank=True, max_length=120)),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('key', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('requested', 'Requested'), ('done', 'Done'), ('failed', 'Failed')], default='requested', max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('requested_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('retry_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.providerpayment')),
                ('requested_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('approved', 'Approved'), ('sent', 'Sent'), ('confirmed', 'Confirmed'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='proposed', max_length=10)),
                ('proposed_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('bank_reference', models.CharField(blank=True, max_length=120)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('approved_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('creator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.creator')),
                ('proposed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('transfer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='payout', to='billing.transfer')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='billing.payoutbatch')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'id'], name='payout_state_idx'), models.Index(fields=['creator', 'id'], name='payout_creator_idx')],
                'constraints': [models.UniqueConstraint(fields=('reference',), name='payout_reference_unique'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='payout_amount'), models.CheckConstraint(condition=models.Q(('approved_by', None), ('proposed_by', None), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='payout_four_eyes'), models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'cancelled']), ('approved_at__isnull', False), _connector='OR'), name='payout_sent_after_approval')],
            },
        ),
        migrations.AddIndex(
            model_name='providerpayment',
            index=models.Index(fields=['fetched_at'], name='provider_payment_fetched_idx'),
        ),
        migrations.AddConstraint(
            model_name='providerpayment',
            constraint=models.UniqueConstraint(fields=('provider', 'payment_id'), name='provider_payment_unique'),
        ),
        migrations.AddConstraint(
            model_name='providerpayment',
            constraint=models.CheckConstraint(condition=models.Q(('quarantine', ''), ('is_credited', False), _connector='OR'), name='provider_payment_quarantined_uncredited'),
        ),
        migrations.AddConstraint(
            model_name='chargeback',
            constraint=models.UniqueConstraint(fields=('payment', 'chargeback_id'), name='chargeback_unique'),
        ),
        migrations.AddConstraint(
            model_name='chargeback',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='chargeback_amount'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('state', 'requested')), fields=['retry_at'], name='refund_due_idx'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(fields=('key',), name='refund_key_unique'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('refund_id', ''), _negated=True), fields=('payment', 'refund_id'), name='refund_provider_id_unique'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refund_amount'),
        ),
    ]
