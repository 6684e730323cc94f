"""The log of consents."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('creators', '0003_outbox_partitions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('discovery', 'Be found by brands'), ('public_profile', 'Show a public profile'), ('brand_metrics', 'Show figures to brands')], max_length=32)),
                ('is_granted', models.BooleanField()),
                ('recorded_at', models.DateTimeField()),
                ('actor_label', models.CharField(max_length=150)),
                ('source', models.CharField(choices=[('api', 'API'), ('console', 'Console'), ('import', 'Import')], max_length=16)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='consents', to='creators.creator')),
            ],
            options={
                'indexes': [models.Index(fields=['creator', 'purpose', '-id'], name='consent_latest_idx')],
            },
        ),
    ]
