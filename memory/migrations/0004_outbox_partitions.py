"""Let the capture of memories and their vectors write straight into their partitions of the outbox."""

from django.db import migrations

from migration.sql import partition_operations


class Migration(migrations.Migration):
    dependencies = [("memory", "0003_cascade_in_the_database"), ("migration", "0004_capture_hardening")]

    operations = [
        *partition_operations(dataset="memories", scope_column="creator_id"),
        *partition_operations(dataset="memory_vectors", scope_column="creator_id"),
    ]
