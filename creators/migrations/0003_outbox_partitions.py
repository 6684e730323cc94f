"""Let the capture of creators and interactions write straight into their partitions of the outbox."""

from django.db import migrations

from migration.sql import partition_operations


class Migration(migrations.Migration):
    dependencies = [("creators", "0002_capture"), ("migration", "0004_capture_hardening")]

    operations = [
        *partition_operations(dataset="creator_profiles", scope_column="id"),
        *partition_operations(dataset="interactions", scope_column="creator_id"),
    ]
