"""Signs of life."""

from django.db import models


class Heartbeat(models.Model):
    """When a process was last seen: ``beat`` or ``worker:<node name>``."""

    name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="ops_heartbeat_name_unique")]

    def __str__(self) -> str:
        return self.name
