"""Recommendations kept for a day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('memory', '0022_feedback'),
        ('creators', '0005_brands'),
    ]

    operations = [
        migrations.CreateModel(
            name='RecommendationSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('creators', 'Creators for a brand'), ('content_ideas', 'Content ideas for a creator'), ('campaigns', 'Campaigns for a creator')], max_length=16)),
                ('items', models.JSONField(default=list)),
                ('generation', models.CharField(max_length=120)),
                ('computed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.brand')),
                ('creator', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'indexes': [models.Index(fields=['expires_at'], name='recommendation_expiry_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('brand__isnull', False), ('creator__isnull', True)), models.Q(('brand__isnull', True), ('creator__isnull', False)), _connector='OR'), name='recommendation_for_brand_or_creator'), models.UniqueConstraint(fields=('brand', 'kind'), name='recommendation_brand_unique'), models.UniqueConstraint(fields=('creator', 'kind'), name='recommendation_creator_unique')],
            },
        ),
    ]
