"""Find what has faded without reading what has not."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("memory", "0025_decay_runs")]

    operations = [
        AddIndexConcurrently(
            model_name="memory",
            index=models.Index(
                condition=models.Q(("state__in", ["dormant", "archived"])), fields=["state", "id"], name="memory_faded_idx"
            ),
        ),
    ]
