"""Passes that resume, suspects, mismatches with their history, and the ledger of acknowledged writes."""

import django.contrib.postgres.fields
import django.db.models.deletion
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models

from migration.sql_ledger import TUNE_LEDGER


class Migration(AdditiveMigration):

    dependencies = [
        ('migration', '0004_capture_hardening'),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('dataset', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('dataset', models.CharField(max_length=40)),
                ('key', models.BigIntegerField()),
                ('version', models.BigIntegerField()),
                ('fingerprint', models.BigIntegerField(null=True)),
                ('is_deleted', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name_plural': 'ledger entries',
            },
        ),
        TUNE_LEDGER,
        migrations.CreateModel(
            name='ParitySuspect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.BigIntegerField(blank=True, null=True)),
                ('document_id', models.TextField(blank=True, default='')),
                ('scope', models.BigIntegerField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('missing', 'Missing in MongoDB'), ('extra', 'Extra in MongoDB'), ('stale', 'Older version in MongoDB'), ('resurrected', 'Deleted, and back in MongoDB'), ('type', 'Other type'), ('precision', 'Other precision'), ('content', 'Other content'), ('unmappable', 'Cannot be mapped')], max_length=16)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('differences', models.JSONField(blank=True, default=list)),
                ('versions', models.CharField(blank=True, default='', max_length=120)),
                ('changes', models.PositiveIntegerField(default=0)),
                ('outcome', models.CharField(blank=True, choices=[('mismatch', 'Differs persistently'), ('suspended', 'Kept changing while it was looked at')], default='', max_length=16)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='paritymismatch',
            name='parity_mismatch_key_unique',
        ),
        migrations.AddField(
            model_name='paritymismatch',
            name='checked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='paritymismatch',
            name='differences',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='paritymismatch',
            name='document_id',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='paritymismatch',
            name='first_seen',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='paritymismatch',
            name='outcome',
            field=models.CharField(choices=[('mismatch', 'Differs persistently'), ('suspended', 'Kept changing while it was looked at')], default='mismatch', max_length=16),
        ),
        migrations.AddField(
            model_name='paritymismatch',
            name='resolved_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='paritymismatch',
            name='scope',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='cursor',
            field=models.BigIntegerField(default=-9223372036854775808),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='estimated_total',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='generation',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='is_walked',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='mode',
            field=models.CharField(choices=[('full', 'Every key'), ('sample', 'A random sample'), ('recent', 'Changed in the last day'), ('scope', 'One creator')], default='full', max_length=8),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='scope',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='shape',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='started_by',
            field=models.CharField(blank=True, default='', max_length=150),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='suspended',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='tier',
            field=models.CharField(choices=[('deep', 'Content of both stores'), ('fast', 'Stored fingerprints against the ledger')], default='deep', max_length=8),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='updated_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='parityrun',
            name='version_mark',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='paritymismatch',
            name='key',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='paritymismatch',
            name='kind',
            field=models.CharField(choices=[('missing', 'Missing in MongoDB'), ('extra', 'Extra in MongoDB'), ('stale', 'Older version in MongoDB'), ('resurrected', 'Deleted, and back in MongoDB'), ('type', 'Other type'), ('precision', 'Other precision'), ('content', 'Other content'), ('unmappable', 'Cannot be mapped')], max_length=16),
        ),
        migrations.AlterField(
            model_name='parityrun',
            name='state',
            field=models.CharField(choices=[('running', 'Running'), ('clean', 'Clean'), ('different', 'Different'), ('unsettled', 'Some keys kept changing'), ('empty', 'Nothing to compare'), ('failed', 'Failed')], default='running', max_length=16),
        ),
        migrations.AddIndex(
            model_name='paritymismatch',
            index=models.Index(condition=models.Q(('resolved_at', None)), fields=['key'], name='parity_mismatch_open_idx'),
        ),
        migrations.AddConstraint(
            model_name='paritymismatch',
            constraint=models.UniqueConstraint(fields=('run', 'key', 'document_id'), name='parity_mismatch_key_unique', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='parityrun',
            constraint=models.CheckConstraint(condition=models.Q(('mode', 'scope'), ('scope', None), _connector='XOR'), name='parity_run_scope_when_scoped'),
        ),
        migrations.AddField(
            model_name='paritysuspect',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suspects', to='migration.parityrun'),
        ),
        migrations.AddConstraint(
            model_name='paritysuspect',
            constraint=models.UniqueConstraint(fields=('run', 'key', 'document_id'), name='parity_suspect_key_unique', nulls_distinct=False),
        ),
    ]
