"""How memories are used: what changes with every use, and is therefore captured nowhere."""

from django.db import models

from memory.models.memory import Memory


class MemoryUse(models.Model):
    """When answers last cited a memory, and how many did; a memory no answer cited has no row."""

    memory = models.OneToOneField(Memory, on_delete=models.CASCADE, primary_key=True, related_name="use")
    last_cited_at = models.DateTimeField()
    times_cited = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"memory {self.memory_id}, cited {self.times_cited} times"
