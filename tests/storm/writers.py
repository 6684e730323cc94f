"""Concurrent writers, each with a journal of what PostgreSQL acknowledged."""

import random
import threading
import time
from dataclasses import dataclass, field

import psycopg

PAUSE_SECONDS = 0.02
FEWEST, MOST = 60, 220  # rows a writer keeps

_INSERT = """
INSERT INTO creators_interaction
  (creator_id, platform, external_id, type, channel, author, text, payload, attachments, occurred_at, received_at)
VALUES (%s, 'chat', %s, 'message', '', 'viewer', %s, '{"n": 1}', '[]', now(), now()) RETURNING id"""
_UPDATE = "UPDATE creators_interaction SET text = %s WHERE id = %s"
_DELETE = "DELETE FROM creators_interaction WHERE id = %s"


@dataclass
class Writer:
    """One session that inserts, updates and deletes rows of its own as a psql shell would.

    ``journal`` holds the text of every row that must exist, ``gone`` the keys that must not.
    """

    name: str
    dsn: str
    creator_id: int
    journal: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    writes: int = 0
    error: BaseException | None = None
    _may_run: threading.Event = field(default_factory=threading.Event)
    _is_idle: threading.Event = field(default_factory=threading.Event)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._may_run.set()
        self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
        self._thread.start()

    def pause(self) -> None:
        """Let no write be under way."""
        self._may_run.clear()
        assert self._is_idle.wait(10), f"{self.name} does not come to rest"

    def resume(self) -> None:
        self._is_idle.clear()
        self._may_run.set()

    def stop(self) -> None:
        self._is_over.set()
        self._may_run.set()
        if self._thread:
            self._thread.join(10)

    def _work(self) -> None:
        chance = random.Random(self.name)  # noqa: S311  the same storm every time
        try:
            with psycopg.connect(self.dsn, autocommit=True) as session:
                while not self._is_over.is_set():
                    if not self._may_run.is_set():
                        self._is_idle.set()
                        self._may_run.wait()
                        continue
                    self._write(session, chance)
                    time.sleep(PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001  shown by the test that waits
            self.error = error
            self._is_idle.set()

    def _write(self, session: psycopg.Connection, chance: random.Random) -> None:
        """Make one write; the journal follows only what was acknowledged."""
        self.writes += 1
        text = f"{self.name} {self.writes}"
        choice = chance.random()
        if len(self.journal) < FEWEST or (choice < 0.25 and len(self.journal) < MOST):
            (key,) = session.execute(_INSERT, [self.creator_id, f"{self.name}-{self.writes}", text]).fetchone()
            self.journal[key] = text
        elif choice < 0.85:
            key = chance.choice(list(self.journal))
            session.execute(_UPDATE, [text, key])
            self.journal[key] = text
        else:
            key = chance.choice(list(self.journal))
            session.execute(_DELETE, [key])
            del self.journal[key]
            self.gone.add(key)
