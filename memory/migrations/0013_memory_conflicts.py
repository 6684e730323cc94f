"""Contradictions that wait for a person, and what was decided."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("creators", "0003_outbox_partitions"), ("memory", "0012_memory_uses")]

    operations = [
        migrations.CreateModel(
            name='MemoryConflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('statements', 'Two statements that cannot both hold'), ('slot', 'Two values of one instant')], max_length=12)),
                ('key', models.CharField(max_length=32)),
                ('subject', models.CharField(max_length=120)),
                ('predicate', models.CharField(max_length=120)),
                ('first_value', models.CharField(max_length=500)),
                ('second_value', models.CharField(max_length=500)),
                ('at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('resolved', 'Resolved')], default='open', max_length=12)),
                ('outcome', models.CharField(blank=True, choices=[('', 'Not decided'), ('first', 'Keep the first'), ('second', 'Keep the second'), ('both', 'Both are true')], default='', max_length=12)),
                ('reason', models.TextField(blank=True, default='')),
                ('resolved_by', models.CharField(blank=True, default='', max_length=150)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'indexes': [models.Index(fields=['creator', 'subject', 'predicate'], name='memory_conflict_slot_idx'), models.Index(condition=models.Q(('state', 'open')), fields=['-recorded_at'], name='memory_conflict_open_idx')],
                'constraints': [models.UniqueConstraint(fields=('creator', 'key'), name='memory_conflict_key_unique')],
            },
        ),
    ]
