"""What brands search: summaries of consenting creators, and the terms of their public texts."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgvector.django.halfvec
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):
    dependencies = [
        ('creators', '0006_content_items'),
    ]

    operations = [
        migrations.RunSQL(sql="CREATE EXTENSION IF NOT EXISTS vector", reverse_sql=migrations.RunSQL.noop),  # memory's too
        migrations.CreateModel(
            name='CreatorSummary',
            fields=[
                ('creator', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='summary', serialize=False, to='creators.creator')),
                ('excerpt', models.CharField(blank=True, max_length=500)),
                ('model', models.CharField(blank=True, max_length=60)),
                ('model_version', models.CharField(blank=True, max_length=20)),
                ('embedding', pgvector.django.halfvec.HalfVectorField(null=True)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None)),
                ('platforms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), default=list, size=None)),
                ('main_platform', models.CharField(blank=True, max_length=16)),
                ('reach', models.FloatField(null=True)),
                ('popularity', models.FloatField(null=True)),
                ('last_active_at', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'creator summaries',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='creator_summary_tags_idx')],
            },
        ),
        migrations.CreateModel(
            name='CreatorTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('term', models.CharField(max_length=40)),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('term', 'creator'), name='creator_term_unique')],
            },
        ),
    ]
