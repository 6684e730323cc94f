"""Feedback and the tastes it tells of."""

import django.db.models.deletion
import pgvector.django.halfvec
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):
    dependencies = [
        ('memory', '0021_content_index'),
        ('creators', '0005_brands'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_kind', models.CharField(choices=[('creator', 'Creator'), ('content', 'Content'), ('memory', 'Memory'), ('interaction', 'Interaction')], max_length=12)),
                ('target_id', models.BigIntegerField()),
                ('action', models.CharField(choices=[('view', 'View'), ('like', 'Like'), ('rate', 'Rate'), ('save', 'Save'), ('complete', 'Complete')], max_length=12)),
                ('rating', models.PositiveSmallIntegerField(null=True)),
                ('completion', models.FloatField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('brand', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.brand')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'feedback',
                'indexes': [models.Index(fields=['user', '-id'], name='feedback_user_idx'), models.Index(fields=['target_kind', 'target_id'], name='feedback_target_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('rating__isnull', True), ('rating__range', (1, 5)), _connector='OR'), name='feedback_rating_range'), models.CheckConstraint(condition=models.Q(('completion__isnull', True), ('completion__range', (0, 1)), _connector='OR'), name='feedback_completion_range')],
            },
        ),
        migrations.CreateModel(
            name='PreferenceProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(blank=True, max_length=60)),
                ('model_version', models.CharField(blank=True, max_length=20)),
                ('embedding', pgvector.django.halfvec.HalfVectorField(null=True)),
                ('moved', models.PositiveIntegerField(default=0)),
                ('seen', models.JSONField(default=list)),
                ('updated_at', models.DateTimeField()),
                ('brand', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.brand')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('brand__isnull', True), ('user__isnull', False)), models.Q(('brand__isnull', False), ('user__isnull', True)), _connector='OR'), name='profile_of_user_or_brand'), models.UniqueConstraint(fields=('user',), name='profile_user_unique'), models.UniqueConstraint(fields=('brand',), name='profile_brand_unique')],
            },
        ),
    ]
