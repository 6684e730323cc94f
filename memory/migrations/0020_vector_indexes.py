"""Show the nearest-neighbour indexes of single creators as PostgreSQL's catalogue has them."""

import django.db.models.deletion
from django.db import migrations, models

VIEW = r"""
CREATE VIEW memory_vectorindex AS
SELECT c.oid::bigint AS id,
       split_part(c.relname, '_', 3) AS provider,
       split_part(c.relname, '_', 4)::bigint AS creator_id,
       c.relname::text AS name,
       i.indisvalid AS is_valid,
       c.reltuples::bigint AS vectors,
       pg_relation_size(c.oid) AS size_bytes,
       pg_stat_get_numscans(c.oid) AS scans
FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relname ~ '^vector_nearest_[a-z]+_[0-9]+$' AND c.relnamespace = current_schema()::regnamespace"""


class Migration(migrations.Migration):
    dependencies = [("memory", "0019_vector_access_paths")]

    operations = [
        migrations.RunSQL(sql=VIEW, reverse_sql="DROP VIEW memory_vectorindex"),
        migrations.CreateModel(
            name="VectorIndex",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("provider", models.CharField(choices=[("wordllama", "wordllama"), ("minilm", "MiniLM"), ("voyage", "Voyage")], max_length=20)),
                ("name", models.CharField(max_length=63)),
                ("is_valid", models.BooleanField()),
                ("vectors", models.BigIntegerField()),
                ("size_bytes", models.BigIntegerField()),
                ("scans", models.BigIntegerField()),
                ("creator", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="creators.creator")),
            ],
            options={"db_table": "memory_vectorindex", "managed": False, "verbose_name_plural": "vector indexes"},
        ),
    ]
