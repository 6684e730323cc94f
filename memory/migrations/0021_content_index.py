"""The index of content items."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import pgvector.django.halfvec
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('memory', '0020_vector_indexes'),
        ('creators', '0008_append_only_consents'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContentIndexEntry',
            fields=[
                ('content', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='index_entry', serialize=False, to='creators.contentitem')),
                ('terms', models.JSONField(default=dict)),
                ('length', models.PositiveIntegerField()),
                ('model', models.CharField(blank=True, max_length=60)),
                ('model_version', models.CharField(blank=True, max_length=20)),
                ('embedding', pgvector.django.halfvec.HalfVectorField(null=True)),
                ('content_hash', models.CharField(max_length=32)),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'verbose_name_plural': 'content index entries',
                'indexes': [models.Index(fields=['creator'], include=('length',), name='content_entry_creator_idx'), django.contrib.postgres.indexes.GinIndex(fields=['terms'], name='content_entry_terms_idx')],
            },
        ),
    ]
