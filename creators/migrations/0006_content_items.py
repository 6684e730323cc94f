"""The content catalogue."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('creators', '0005_brands'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContentItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(choices=[('youtube', 'YouTube'), ('twitch', 'Twitch'), ('x', 'X'), ('tiktok', 'TikTok'), ('chat', 'Chat'), ('email', 'E-mail')], max_length=16)),
                ('external_id', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('video', 'Video'), ('short', 'Short'), ('post', 'Post'), ('stream', 'Stream')], max_length=8)),
                ('title', models.CharField(blank=True, max_length=300)),
                ('description', models.TextField(blank=True)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, size=None)),
                ('topics', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, size=None)),
                ('language', models.CharField(blank=True, max_length=16)),
                ('availability', models.CharField(choices=[('public', 'Public'), ('unlisted', 'Unlisted'), ('private', 'Private'), ('deleted', 'Deleted')], default='public', max_length=8)),
                ('url', models.CharField(blank=True, max_length=500)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('duration_s', models.PositiveIntegerField(blank=True, null=True)),
                ('metrics', models.JSONField(blank=True, default=dict)),
                ('metrics_at', models.DateTimeField(blank=True, null=True)),
                ('transcript', models.TextField(blank=True)),
                ('told_at', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='content_items', to='creators.creator')),
                ('interaction', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.interaction')),
            ],
            options={
                'indexes': [models.Index(fields=['creator', '-published_at', '-id'], name='content_recent_idx')],
                'constraints': [models.UniqueConstraint(fields=('creator', 'platform', 'external_id'), name='content_external_id_unique')],
            },
        ),
    ]
