"""What people want forgotten, step by step."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("creators", "0010_stubs_go_with_their_interactions"), ("memory", "0026_faded_memories")]

    operations = [
        migrations.CreateModel(
            name='ForgetRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('memory', 'The memories, never to be formed again'), ('evidence', 'The memories and the words they rest on')], max_length=12)),
                ('memory_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('interaction_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('waiting', 'Waits to be tried again'), ('done', 'Done')], default='pending', max_length=12)),
                ('steps', models.JSONField(default=dict)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('waits_for', models.CharField(blank=True, default='', max_length=200)),
                ('requested_by', models.CharField(max_length=150)),
                ('requested_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
            options={
                'indexes': [models.Index(fields=['creator', '-id'], name='forget_request_creator_idx'), models.Index(condition=models.Q(('state', 'done'), _negated=True), fields=['due_at'], name='forget_request_due_idx')],
            },
        ),
    ]
