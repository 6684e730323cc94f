"""Put the further providers' vectors under capture, each with a partition of the outbox."""

from django.db import migrations

from migration.sql import capture_operations, partition_operations


class Migration(migrations.Migration):
    dependencies = [("memory", "0016_vector_tables"), ("migration", "0004_capture_hardening")]

    operations = [
        operation
        for provider in ("minilm", "voyage")
        for operation in (
            *capture_operations(
                table=f"memory_{provider}vector", dataset=f"memory_vectors_{provider}", scope_column="creator_id"
            ),
            *partition_operations(dataset=f"memory_vectors_{provider}", scope_column="creator_id"),
        )
    ]
