"""What exploring and matching read, and saved lists."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("creators", "0023_append_only_points"),
    ]

    operations = [
        migrations.CreateModel(
            name='ExploreEntry',
            fields=[
                ('summary', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='explored', serialize=False, to='creators.creatorsummary')),
                ('platforms', models.IntegerField(default=0)),
                ('categories', models.IntegerField(default=0)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('size', models.SmallIntegerField(default=0)),
                ('is_available', models.BooleanField(default=True)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None)),
                ('reach', models.FloatField(default=0)),
                ('score', models.SmallIntegerField(default=-1)),
                ('active_at', models.DateTimeField()),
                ('listed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'explore entries',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['tags'], name='explore_tags_idx'), models.Index(fields=['-reach', '-summary'], include=('platforms', 'categories', 'country', 'language', 'size', 'is_available', 'score', 'active_at', 'listed_at'), name='explore_reach_idx'), models.Index(fields=['-score', '-summary'], include=('platforms', 'categories', 'country', 'language', 'size', 'is_available', 'reach', 'active_at', 'listed_at'), name='explore_score_idx'), models.Index(fields=['-active_at', '-summary'], include=('platforms', 'categories', 'country', 'language', 'size', 'is_available', 'reach', 'score', 'listed_at'), name='explore_active_idx'), models.Index(fields=['-listed_at', '-summary'], include=('platforms', 'categories', 'country', 'language', 'size', 'is_available', 'reach', 'score', 'active_at'), name='explore_listed_idx')],
            },
        ),
        migrations.CreateModel(
            name='SavedList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_lists', to='creators.brand')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('creator', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_lists', to='creators.creator')),
            ],
        ),
        migrations.CreateModel(
            name='SavedListEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
                ('saved_list', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='creators.savedlist')),
            ],
            options={
                'verbose_name_plural': 'saved list entries',
            },
        ),
        migrations.CreateModel(
            name='WorkTerms',
            fields=[
                ('creator', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='work_terms', serialize=False, to='creators.creator')),
                ('is_available', models.BooleanField(default=True)),
                ('available_from', models.DateField(null=True)),
                ('least_fee_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], default='USD', max_length=3)),
                ('excluded_categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), default=list, size=None)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'work terms',
                'constraints': [models.CheckConstraint(condition=models.Q(('least_fee_minor__isnull', True), ('least_fee_minor__gte', 0), _connector='OR'), name='work_terms_fee_positive')],
            },
        ),
        migrations.CreateModel(
            name='CreatorBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('blocked', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.creator')),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='creators.creator')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('creator', 'blocked'), name='creator_block_unique'), models.CheckConstraint(condition=models.Q(('creator', models.F('blocked')), _negated=True), name='creator_block_other')],
            },
        ),
        migrations.CreateModel(
            name='Exclusivity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(max_length=16)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('created_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='creators.brand')),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='exclusivities', to='creators.creator')),
            ],
            options={
                'verbose_name_plural': 'exclusivities',
                'indexes': [models.Index(fields=['category', 'ends_on'], name='exclusivity_category_idx')],
                'constraints': [models.UniqueConstraint(fields=('creator', 'brand', 'category', 'starts_on'), name='exclusivity_start_unique'), models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='exclusivity_period_order')],
            },
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('brand__isnull', False), ('creator__isnull', True)), models.Q(('brand__isnull', True), ('creator__isnull', False)), _connector='OR'), name='saved_list_of_brand_or_creator'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.UniqueConstraint(fields=('brand', 'name'), name='saved_list_brand_name_unique'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.UniqueConstraint(fields=('creator', 'name'), name='saved_list_creator_name_unique'),
        ),
        migrations.AddIndex(
            model_name='savedlistentry',
            index=models.Index(fields=['saved_list', '-id'], name='saved_list_entry_recent_idx'),
        ),
        migrations.AddConstraint(
            model_name='savedlistentry',
            constraint=models.UniqueConstraint(fields=('saved_list', 'creator'), name='saved_list_entry_unique'),
        ),
    ]
