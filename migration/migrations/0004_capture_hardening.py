"""Partition the outbox by dataset; give backfills and the relay what they need to say how they fare."""

from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models

from migration.sql import CREATE_PARTITION_FUNCTION, PARTITION_OUTBOX


class Migration(AdditiveMigration):

    dependencies = [
        ('migration', '0003_stage_machine'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[CREATE_PARTITION_FUNCTION, PARTITION_OUTBOX],
            state_operations=[
                migrations.RemoveIndex(model_name='outboxrow', name='outbox_scope_idx'),
                migrations.AddIndex(
                    model_name='outboxrow', index=models.Index(fields=['scope'], name='outbox_scope_idx')
                ),
            ],
        ),
        migrations.CreateModel(
            name='RelayState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dataset', models.CharField(max_length=40)),
                ('stopped_because', models.TextField(blank=True, default='')),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('failure', models.TextField(blank=True, default='')),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('batch_rows', models.PositiveIntegerField(default=0)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('dataset',), name='relay_state_dataset_unique')],
            },
        ),
        migrations.AddIndex(
            model_name='captureheartbeat',
            index=models.Index(condition=models.Q(('seen_at', None)), fields=['dataset'], name='heartbeat_unseen_idx'),
        ),
        migrations.CreateModel(
            name='VersionMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('version', models.BigIntegerField()),
            ],
            options={'indexes': [models.Index(fields=['-at'], name='version_mark_recent_idx')]},
        ),
        migrations.AddField('backfillrun', 'phase', models.CharField(choices=[('copying', 'Copying rows'), ('sweeping', 'Looking for documents without a row'), ('indexing', 'Creating indexes'), ('validating', 'Comparing what was copied'), ('done', 'Done')], default='copying', max_length=16)),
        migrations.AddField('backfillrun', 'first_key', models.BigIntegerField(blank=True, null=True)),
        migrations.AddField('backfillrun', 'last_key', models.BigIntegerField(blank=True, null=True)),
        migrations.AddField('backfillrun', 'had_documents', models.BooleanField(default=True)),
        migrations.AddField('backfillrun', 'refused', models.BigIntegerField(default=0)),
        migrations.AddField('backfillrun', 'rows_per_second', models.FloatField(default=0)),
        migrations.AddField('backfillrun', 'chunk_rows', models.PositiveIntegerField(default=0)),
        migrations.AddField('backfillrun', 'waiting_because', models.TextField(blank=True, default='')),
        migrations.AddField('backfillrun', 'row_count', models.BigIntegerField(blank=True, null=True)),
        migrations.AddField('backfillrun', 'document_count', models.BigIntegerField(blank=True, null=True)),
        migrations.AddField('backfillrun', 'validated', models.BigIntegerField(default=0)),
        migrations.AddField('backfillrun', 'validated_recent', models.BigIntegerField(default=0)),
        migrations.AddField('backfillrun', 'problem', models.TextField(blank=True, default='')),
        # Runs that had ended before runs had phases.
        migrations.RunSQL(
            "UPDATE migration_backfillrun SET phase = 'done' WHERE finished_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
