"""Put memories and their vectors under capture."""

from django.db import migrations

from migration.sql import capture_operations


class Migration(migrations.Migration):
    dependencies = [("memory", "0001_initial"), ("migration", "0001_initial")]

    operations = [
        *capture_operations(table="memory_memory", dataset="memories", scope_column="creator_id"),
        *capture_operations(table="memory_memoryvector", dataset="memory_vectors", scope_column="creator_id"),
    ]
