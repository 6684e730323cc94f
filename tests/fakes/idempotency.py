"""What payment providers remember of keys: the same key within a day gets the first answer, with another body none."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.frame import Asked, Reply

DAY = 24 * 3600


@dataclass
class KeyMemory:
    """Answers by key; ``header`` is how the provider calls it. ``clock`` may be moved by a test."""

    header: str
    conflict: int
    clock: Callable[[], float] = time.time
    kept: dict[str, tuple[float, bytes, Reply]] = field(default_factory=dict)

    def answer(self, asked: Asked, usual: Callable[[Asked], Reply]) -> Reply:
        key = asked.headers.get(self.header, "")
        if not key or asked.method != "POST":
            return usual(asked)
        name, body = f"{asked.place} {key}", asked.body
        at, known, reply = self.kept.get(name, (0.0, b"", None))
        if reply is not None and self.clock() - at < DAY:
            return reply if known == body else Reply(self.conflict, {"message": "This key was used before."})
        reply = usual(asked)
        if reply.status < 500:
            self.kept[name] = (self.clock(), body, reply)
        return reply
