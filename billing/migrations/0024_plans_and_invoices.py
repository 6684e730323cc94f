"""Plans, subscriptions and their periods; invoices and whom they are made out to."""

import django.db.models.deletion
import django.db.models.expressions
import uuid
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("billing", "0023_payments_and_payouts"),
        ("billing", "0023_payments_and_payouts"),
        ('creators', '0025_analytics_events'),
    ]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invoice', 'Invoice'), ('credit_note', 'Credit note')], default='invoice', max_length=12)),
                ('issuer', models.CharField(max_length=20)),
                ('year', models.PositiveSmallIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('key', models.CharField(max_length=120)),
                ('buyer_name', models.CharField(max_length=120)),
                ('buyer_tax_id', models.CharField(blank=True, max_length=40)),
                ('buyer_address', models.CharField(blank=True, max_length=300)),
                ('buyer_country', models.CharField(blank=True, max_length=2)),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('net_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('total_minor', models.BigIntegerField()),
                ('issued_at', models.DateTimeField()),
                ('pdf', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.brand')),
                ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='billing.invoice')),
                ('creator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.creator')),
                ('intent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='billing.paymentintent')),
            ],
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('description', models.CharField(max_length=200)),
                ('quantity', models.PositiveIntegerField(default=1)),
                ('net_minor', models.BigIntegerField()),
                ('tax_basis_points', models.PositiveIntegerField(default=0)),
                ('tax_minor', models.BigIntegerField()),
                ('invoice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.invoice')),
            ],
        ),
        migrations.CreateModel(
            name='InvoiceSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=20)),
                ('year', models.PositiveSmallIntegerField()),
                ('last_number', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'invoice series',
                'constraints': [models.UniqueConstraint(fields=('issuer', 'year'), name='invoice_series_unique')],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(db_index=False, max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('is_public', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code',), name='plan_code_unique')],
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('price_minor', models.BigIntegerField()),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('tax_basis_points', models.PositiveIntegerField(default=0)),
                ('trial_days', models.PositiveIntegerField(default=0)),
                ('quotas', models.JSONField(default=dict)),
                ('published_at', models.DateTimeField()),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='billing.plan')),
            ],
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('state', models.CharField(choices=[('pending', 'Awaits its first payment'), ('trial', 'Trial'), ('active', 'Active'), ('past_due', 'Past due'), ('cancelled', 'Cancelled'), ('expired', 'Expired')], max_length=10)),
                ('timezone', models.CharField(default='UTC', max_length=64)),
                ('anchor_at', models.DateTimeField()),
                ('cancels_at_end', models.BooleanField(default=False)),
                ('provider', models.CharField(choices=[('mercado_pago', 'Mercado Pago'), ('stripe', 'Stripe')], max_length=14)),
                ('provider_subscription_id', models.CharField(blank=True, max_length=120)),
                ('consent_url', models.CharField(blank=True, max_length=1000)),
                ('dunning_steps', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.brand')),
                ('creator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.creator')),
                ('next_version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.planversion')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.planversion')),
            ],
        ),
        migrations.CreateModel(
            name='SubscriptionPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
                ('subscription', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='billing.subscription')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.planversion')),
            ],
        ),
        migrations.CreateModel(
            name='SubscriptionCharge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('period', 'Period'), ('upgrade', 'Upgrade')], max_length=8)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('intent', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='charge', to='billing.paymentintent')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='billing.subscription')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.planversion')),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='billing.subscriptionperiod')),
            ],
        ),
        migrations.CreateModel(
            name='BillingProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('legal_name', models.CharField(max_length=120)),
                ('tax_id', models.CharField(blank=True, max_length=40)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('updated_at', models.DateTimeField()),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.brand')),
                ('creator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('creator',), name='billing_profile_creator_unique'), models.UniqueConstraint(fields=('brand',), name='billing_profile_brand_unique'), models.CheckConstraint(condition=models.Q(models.Q(('brand__isnull', False), ('creator', None)), models.Q(('brand', None), ('creator__isnull', False)), _connector='OR'), name='billing_profile_one_owner')],
            },
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('issuer', 'year', 'number'), name='invoice_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('key',), name='invoice_key_unique'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor'))), ('total_minor__gt', 0)), name='invoice_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrects', None), ('kind', 'invoice')), models.Q(('corrects__isnull', False), ('kind', 'credit_note')), _connector='OR'), name='invoice_corrects_another'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.UniqueConstraint(fields=('invoice', 'position'), name='invoice_line_unique'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(fields=('plan', 'number'), name='plan_version_unique'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('price_minor__gte', 0)), name='plan_version_price'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('tax_basis_points__lt', 10000)), name='plan_version_tax'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'trial', 'active', 'past_due'))), fields=['due_at'], name='subscription_due_idx'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(fields=('reference',), name='subscription_reference_unique'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'trial', 'active', 'past_due'))), fields=('creator',), name='subscription_creator_live_unique'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'trial', 'active', 'past_due'))), fields=('brand',), name='subscription_brand_live_unique'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('creator', None), ('brand', None), _connector='OR'), name='subscription_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='subscriptionperiod',
            constraint=models.UniqueConstraint(fields=('subscription', 'number'), name='subscription_period_unique'),
        ),
        migrations.AddConstraint(
            model_name='subscriptionperiod',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='subscription_period_forward'),
        ),
        migrations.AddConstraint(
            model_name='subscriptioncharge',
            constraint=models.UniqueConstraint(fields=('period', 'kind', 'version'), name='subscription_charge_unique'),
        ),
    ]
