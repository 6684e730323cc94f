"""Tokens of connections, and the tickets by which connections are made."""

import django.contrib.postgres.fields
import django.db.models.deletion
import veri.platform.secrets.fields
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [("creators", "0016_onboarding"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.CreateModel(
            name='ConnectionToken',
            fields=[
                ('connection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='token', serialize=False, to='creators.platformconnection')),
                ('access', veri.platform.secrets.fields.EncryptedTextField()),
                ('refresh', veri.platform.secrets.fields.EncryptedTextField(blank=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('refresh_expires_at', models.DateTimeField(null=True)),
                ('refreshed_at', models.DateTimeField()),
                ('validated_at', models.DateTimeField(null=True)),
                ('retry_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=40)),
            ],
        ),
        migrations.AddField(
            model_name='platformconnection',
            name='missing_scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='platformconnection',
            name='state_reason',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='platformconnection',
            name='union_id',
            field=models.CharField(blank=True, max_length=128),
        ),
        migrations.CreateModel(
            name='ConnectTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('youtube', 'YouTube'), ('twitch', 'Twitch'), ('x', 'X'), ('tiktok', 'TikTok'), ('chat', 'Chat'), ('email', 'E-mail')], max_length=16)),
                ('return_to', models.CharField(max_length=500)),
                ('address_hash', models.CharField(max_length=64)),
                ('state_hash', models.CharField(max_length=64, null=True)),
                ('browser_hash', models.CharField(blank=True, max_length=64)),
                ('session', veri.platform.secrets.fields.EncryptedTextField(blank=True)),
                ('outcome', models.CharField(blank=True, choices=[('ok', 'Connected'), ('scopes_missing', 'Connected, with fewer permissions than needed'), ('cancelled', 'Cancelled by the creator'), ('taken', 'The account belongs to another creator'), ('failed', 'Failed')], max_length=16)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('connection', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.platformconnection')),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'indexes': [models.Index(fields=['expires_at'], name='connect_ticket_expiry_idx')],
                'constraints': [models.UniqueConstraint(fields=('address_hash',), name='connect_ticket_address_unique'), models.UniqueConstraint(fields=('state_hash',), name='connect_ticket_state_unique')],
            },
        ),
    ]
