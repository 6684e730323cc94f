"""Webhook subscriptions and deliveries."""

import django.db.models.deletion
import veri.platform.secrets.fields
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [("creators", "0017_connections")]

    operations = [
        migrations.CreateModel(
            name='WebhookSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('youtube', 'YouTube'), ('twitch', 'Twitch'), ('x', 'X'), ('tiktok', 'TikTok'), ('chat', 'Chat'), ('email', 'E-mail')], max_length=16)),
                ('type', models.CharField(max_length=80)),
                ('condition', models.JSONField(default=dict)),
                ('remote_id', models.CharField(blank=True, max_length=200)),
                ('secret', veri.platform.secrets.fields.EncryptedTextField(blank=True)),
                ('state', models.CharField(choices=[('wanted', 'Wanted'), ('pending', 'Asked for, not confirmed'), ('enabled', 'Enabled'), ('failed', 'Failed'), ('revoked', 'Revoked by the platform')], default='wanted', max_length=12)),
                ('cost', models.PositiveIntegerField(default=0)),
                ('lease_expires_at', models.DateTimeField(null=True)),
                ('last_seen_at', models.DateTimeField(null=True)),
                ('retry_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('connection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='creators.platformconnection')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('youtube', 'YouTube'), ('twitch', 'Twitch'), ('x', 'X'), ('tiktok', 'TikTok'), ('chat', 'Chat'), ('email', 'E-mail')], max_length=16)),
                ('message_id', models.CharField(max_length=200)),
                ('kind', models.CharField(blank=True, max_length=80)),
                ('account_id', models.CharField(blank=True, max_length=128)),
                ('headers', models.JSONField(default=dict)),
                ('body', models.BinaryField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('pending', 'Not processed yet'), ('processed', 'Processed'), ('ignored', 'Nothing to do'), ('failed', 'Failed')], default='pending', max_length=12)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('processed_at', models.DateTimeField(null=True)),
                ('subscription', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.webhooksubscription')),
            ],
            options={
                'verbose_name_plural': 'webhook deliveries',
            },
        ),
        migrations.AddIndex(
            model_name='webhooksubscription',
            index=models.Index(fields=['platform', 'remote_id'], name='subscription_remote_idx'),
        ),
        migrations.AddConstraint(
            model_name='webhooksubscription',
            constraint=models.UniqueConstraint(fields=('connection', 'type'), name='subscription_type_unique'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['received_at'], name='webhook_delivery_received_idx'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['platform', 'account_id'], name='webhook_delivery_account_idx'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(fields=('platform', 'message_id'), name='webhook_delivery_message_unique'),
        ),
    ]
