"""One starter at a time."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from veri.platform.embedded.errors import EmbeddedStartFailed

POLL_SECONDS = 0.02


@contextmanager
def hold_lock(*, path: Path, timeout: float = 90.0) -> Iterator[None]:
    """Hold an exclusive lock between processes and threads; the kernel frees it on a crash.

    Raises:
        EmbeddedStartFailed: another process holds it for longer than `timeout` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout
    with path.open("a") as stream:
        while not _try_lock(stream.fileno()):
            if time.monotonic() > deadline:
                raise EmbeddedStartFailed(server="servers", reason=f"another process holds {path}")
            time.sleep(POLL_SECONDS)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
