"""Matches as shown, decisions on them, and introductions."""

import django.db.models.deletion
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ('creators', '0024_exploring'),
        ("memory", "0032_index_generations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BrandMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('brief', models.JSONField()),
                ('seed', models.CharField(max_length=32)),
                ('items', models.JSONField(default=list)),
                ('excluded', models.IntegerField(default=0)),
                ('newcomers', models.IntegerField(default=0)),
                ('requested_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.brand')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'brand matches',
            },
        ),
        migrations.CreateModel(
            name='Introduction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('score', models.FloatField()),
                ('reason', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='introductions', to='creators.creator')),
                ('met', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
            ],
        ),
        migrations.CreateModel(
            name='MatchDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('rejected', 'Rejected'), ('saved', 'Saved'), ('invited', 'Invited'), ('hired', 'Hired')], max_length=10)),
                ('decided_at', models.DateTimeField()),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('match', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='memory.brandmatch')),
            ],
        ),
        migrations.AddIndex(
            model_name='brandmatch',
            index=models.Index(fields=['brand', '-id'], name='brand_match_recent_idx'),
        ),
        migrations.AddConstraint(
            model_name='introduction',
            constraint=models.UniqueConstraint(fields=('creator', 'day'), name='introduction_day_unique'),
        ),
        migrations.AddConstraint(
            model_name='matchdecision',
            constraint=models.UniqueConstraint(fields=('match', 'creator'), name='match_decision_unique'),
        ),
    ]
