"""Contracts: templates, documents, signatures, seals and the chain of events."""

import django.db.models.deletion
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("billing", "0041_append_only_campaigns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('collaboration', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='contract', to='billing.collaboration')),
            ],
        ),
        migrations.CreateModel(
            name='ContractTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('is_default', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name',), name='contract_template_name_unique'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='contract_template_default_unique')],
            },
        ),
        migrations.CreateModel(
            name='ContractTemplateVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('body', models.TextField()),
                ('variables', models.JSONField(blank=True, default=dict)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('template', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='billing.contracttemplate')),
            ],
        ),
        migrations.CreateModel(
            name='ContractVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('given', models.JSONField(default=dict)),
                ('text', models.TextField()),
                ('text_sha256', models.CharField(max_length=64)),
                ('pdf', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='billing.contract')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.offer')),
                ('template_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.contracttemplateversion')),
            ],
        ),
        migrations.CreateModel(
            name='ContractSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pdf', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='billing.contractversion')),
            ],
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('signer_key', models.BigIntegerField()),
                ('signer_name', models.CharField(max_length=150)),
                ('sha256', models.CharField(max_length=64)),
                ('consent', models.CharField(max_length=500)),
                ('consent_version', models.CharField(max_length=20)),
                ('method', models.CharField(choices=[('password', 'Password entered again'), ('second_factor', 'Code of the second factor'), ('recent_sign_in', 'Signed in a short while before')], max_length=16)),
                ('ip', models.GenericIPAddressField()),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('signed_at', models.DateTimeField()),
                ('signer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='billing.contractversion')),
            ],
        ),
        migrations.CreateModel(
            name='ContractEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('made', 'Made'), ('sent', 'Sent'), ('viewed', 'Viewed'), ('signed', 'Signed'), ('superseded', 'Replaced by a new version'), ('sealed', 'Sealed with a certificate')], max_length=12)),
                ('version_number', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('actor_key', models.BigIntegerField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='billing.contract')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('contract', 'number'), name='contract_event_number_unique')],
            },
        ),
        migrations.AddConstraint(
            model_name='contracttemplateversion',
            constraint=models.UniqueConstraint(fields=('template', 'number'), name='contract_template_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='contractversion',
            constraint=models.UniqueConstraint(fields=('contract', 'number'), name='contract_version_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='contractversion',
            constraint=models.UniqueConstraint(fields=('sha256',), name='contract_version_digest_unique'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('version', 'side'), name='signature_side_unique'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('version', 'signer_key'), name='signature_signer_unique'),
        ),
    ]
