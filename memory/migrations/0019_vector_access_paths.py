"""Index vectors by creator and version, and the sample whose similarities are measured; nobody is locked out."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

SAMPLES = {
    "memory_memoryvector": "memory_vector_sample_idx",
    "memory_minilmvector": "minilm_vector_sample_idx",
    "memory_voyagevector": "voyage_vector_sample_idx",
}


def create_sample_index(table, name):
    return migrations.RunSQL(
        sql=f"CREATE INDEX CONCURRENTLY {name} ON {table} (creator_id, target_id, kind) WHERE target_id % 7 = 0",
        reverse_sql=f"DROP INDEX CONCURRENTLY {name}",
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("memory", "0018_move_voyage_vectors")]

    operations = [
        AddIndexConcurrently(
            model_name="memoryvector",
            index=models.Index(fields=["creator", "version"], name="memory_vector_version_idx"),
        ),
        RemoveIndexConcurrently(model_name="memoryvector", name="memory_vector_creator_idx"),
        *(create_sample_index(table, name) for table, name in SAMPLES.items()),
    ]
