"""What must be true, found out without the engine's own verifier."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import psycopg
from pymongo.database import Database
from pymongo.errors import PyMongoError

from tests.storm.writers import Writer

COLLECTION = "interactions"


def list_losses(*, dsn: str, database: Database, writers: Iterable[Writer]) -> list[str]:
    """Return every row that is lost, doubled, stale, bent or back from the dead in either store."""
    with psycopg.connect(dsn) as session:
        rows = dict(session.execute("SELECT id, text FROM creators_interaction").fetchall())
        versions = dict(session.execute("SELECT id, version FROM creators_interaction").fetchall())
    documents = list(database[COLLECTION].find({}, {"text": 1, "_mig": 1}))
    live = {one["_id"]: one for one in documents if not one["_mig"].get("d")}
    expected = {key: text for writer in writers for key, text in writer.journal.items()}
    gone = {key for writer in writers for key in writer.gone}
    return [
        *(f"PostgreSQL lost {key}" for key in expected.keys() - rows.keys()),
        *(f"PostgreSQL kept {key}" for key in gone & rows.keys()),
        *(f"PostgreSQL bent {key}" for key in expected.keys() & rows.keys() if rows[key] != expected[key]),
        *(f"MongoDB lacks {key}" for key in rows.keys() - live.keys()),
        *(f"MongoDB kept {key}" for key in live.keys() - rows.keys()),
        *(
            f"MongoDB has {live[key].get('text')!r} v{live[key]['_mig']['v']} for {key}: {rows[key]!r} v{versions[key]}"
            for key in rows.keys() & live.keys()
            if (live[key].get("text"), live[key]["_mig"]["v"]) != (rows[key], versions[key])
        ),
        *([f"{len(documents)} documents of {len({one['_id'] for one in documents})} keys"]
          if len(documents) != len({one["_id"] for one in documents}) else []),
    ]  # fmt: skip


@dataclass
class VersionWatch:
    """Look at every document again and again: no version may ever fall, no document may vanish."""

    open_database: Callable[[], Database]
    regressions: list[str] = field(default_factory=list)
    looks: int = 0
    _newest: dict[int, int] = field(default_factory=dict)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="version-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        if self._thread:
            self._thread.join(10)

    def _work(self) -> None:
        database = self.open_database()
        with database.client:
            while not self._is_over.wait(0.3):
                try:
                    self._look(database)
                except PyMongoError:  # it was killed; the next look finds it again
                    time.sleep(0.2)

    def _look(self, database: Database) -> None:
        found = {one["_id"]: one["_mig"]["v"] for one in database[COLLECTION].find({}, {"_mig": 1})}
        for key, version in found.items():
            if version < self._newest.get(key, 0):
                self.regressions.append(f"{key} fell from v{self._newest[key]} to v{version}")
            self._newest[key] = version
        self.looks += 1
