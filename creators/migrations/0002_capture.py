"""Put creators and interactions under capture."""

from django.db import migrations

from migration.sql import capture_operations


class Migration(migrations.Migration):
    dependencies = [("creators", "0001_initial"), ("migration", "0001_initial")]

    operations = [
        *capture_operations(table="creators_creator", dataset="creator_profiles", scope_column="id"),
        *capture_operations(table="creators_interaction", dataset="interactions", scope_column="creator_id"),
    ]
