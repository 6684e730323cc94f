"""A table of vectors for each further provider, and what says which provider is searched."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgvector.django.halfvec
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models

import migration.models.versioned

PROVIDERS = [('wordllama', 'wordllama'), ('minilm', 'MiniLM'), ('voyage', 'Voyage')]
KINDS = [('memory', 'Memory'), ('interaction', 'Interaction')]


def create_vectors(*, name, label, dimensions):
    return migrations.CreateModel(
        name=f'{name.capitalize()}Vector',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('version', models.BigIntegerField(db_default=migration.models.versioned.NextVersion(), editable=False)),
            ('kind', models.CharField(choices=KINDS, max_length=12)),
            ('target_id', models.BigIntegerField()),
            ('model', models.CharField(max_length=60)),
            ('model_version', models.CharField(max_length=20)),
            ('embedding', pgvector.django.halfvec.HalfVectorField(dimensions=dimensions)),
            ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
        ],
        options={
            'verbose_name': f'{label} vector',
            'db_table': f'memory_{name}vector',
            'indexes': [models.Index(fields=['creator', 'version'], name=f'{name}_vector_version_idx')],
            'constraints': [
                models.UniqueConstraint(
                    fields=('kind', 'target_id', 'model', 'model_version'), name=f'{name}_vector_target_unique'
                )
            ],
        },
    )


class Migration(AdditiveMigration):
    dependencies = [('creators', '0003_outbox_partitions'), ('memory', '0015_uses_go_with_their_memories')]

    operations = [
        create_vectors(name='minilm', label='MiniLM', dimensions=384),
        create_vectors(name='voyage', label='Voyage', dimensions=256),
        migrations.CreateModel(
            name='EmbeddingChoice',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('provider', models.CharField(choices=PROVIDERS, max_length=20)),
                ('reason', models.TextField()),
                ('changed_by', models.CharField(max_length=150)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='embedding_choice_only_one')],
            },
        ),
        migrations.CreateModel(
            name='Reembedding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=PROVIDERS, max_length=20)),
                ('target', models.CharField(choices=PROVIDERS, max_length=20)),
                ('state', models.CharField(choices=[('running', 'Running'), ('switched', 'Switched, old vectors kept'), ('dropped', 'Switched, old vectors dropped'), ('reverted', 'Switched, and back again'), ('cancelled', 'Cancelled')], default='running', max_length=12)),
                ('cursor_creator', models.BigIntegerField(default=0)),
                ('cursor_document', models.BigIntegerField(default=0)),
                ('embedded', models.BigIntegerField(default=0)),
                ('waiting_because', models.TextField(blank=True, default='')),
                ('reason', models.TextField()),
                ('started_by', models.CharField(max_length=150)),
                ('started_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('state',), name='reembedding_one_running'),
                    models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='reembedding_changes_the_provider'),
                ],
            },
        ),
    ]
