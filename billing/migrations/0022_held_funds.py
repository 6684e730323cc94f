"""Held funds of campaigns, the releases planned of them, and what is asked to be paid."""

import django.db.models.deletion
import uuid
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("billing", "0021_append_only_ledger"),
        ('creators', '0025_analytics_events'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.CreateModel(
            name='CampaignFunds',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('campaign_ref', models.BigIntegerField()),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('is_frozen', models.BooleanField(default=False)),
                ('is_closed', models.BooleanField(default=False)),
                ('freeze_reason', models.CharField(blank=True, max_length=500)),
                ('opened_at', models.DateTimeField()),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.brand')),
            ],
            options={
                'verbose_name_plural': 'campaign funds',
            },
        ),
        migrations.CreateModel(
            name='HeldRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('milestone_ref', models.BigIntegerField()),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('released', 'Released'), ('voided', 'Voided')], default='planned', max_length=8)),
                ('gross_minor', models.BigIntegerField()),
                ('fee_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('release_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('creator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.creator')),
                ('funds', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='billing.campaignfunds')),
                ('transfer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='billing.transfer')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentIntent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('purpose', models.CharField(choices=[('campaign', 'Campaign funding'), ('subscription', 'Subscription'), ('top_up', 'Top-up')], max_length=14)),
                ('provider', models.CharField(choices=[('mercado_pago', 'Mercado Pago'), ('stripe', 'Stripe')], max_length=14)),
                ('state', models.CharField(choices=[('requested', 'Requested'), ('open', 'Checkout open'), ('paid', 'Paid'), ('cancelled', 'Cancelled')], default='requested', max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('campaign_ref', models.BigIntegerField(blank=True, null=True)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('checkout_id', models.CharField(blank=True, max_length=120)),
                ('checkout_url', models.CharField(blank=True, max_length=1000)),
                ('requested_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.brand')),
                ('creator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.creator')),
                ('requested_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='campaignfunds',
            constraint=models.UniqueConstraint(fields=('campaign_ref',), name='campaign_funds_unique'),
        ),
        migrations.AddIndex(
            model_name='heldrelease',
            index=models.Index(condition=models.Q(('state', 'planned')), fields=['release_at'], name='held_release_due_idx'),
        ),
        migrations.AddConstraint(
            model_name='heldrelease',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'voided'), _negated=True), fields=('funds', 'milestone_ref'), name='held_release_milestone_unique'),
        ),
        migrations.AddConstraint(
            model_name='heldrelease',
            constraint=models.CheckConstraint(condition=models.Q(('fee_minor__gte', 0), ('gross_minor__gt', 0), ('tax_minor__gte', 0)), name='held_release_amounts'),
        ),
        migrations.AddIndex(
            model_name='paymentintent',
            index=models.Index(fields=['campaign_ref'], name='payment_intent_campaign_idx'),
        ),
        migrations.AddConstraint(
            model_name='paymentintent',
            constraint=models.UniqueConstraint(fields=('reference',), name='payment_intent_reference_unique'),
        ),
        migrations.AddConstraint(
            model_name='paymentintent',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='payment_intent_amount'),
        ),
    ]
