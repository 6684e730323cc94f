"""Loopback ports."""

import random
import socket
import time

LOOPBACK = "127.0.0.1"
# Below the kernel's range for outgoing connections (32768 and up): from inside it, a client that keeps
# knocking at a stopped server could be given the server's own port and block its return.
FIRST_PORT = 15_000
LAST_PORT = 31_999
ATTEMPTS = 200
PATIENCE_SECONDS = 1.0
POLL_SECONDS = 0.02


def choose_port(*, preferred: int | None = None) -> int:
    """Return `preferred` when it is or becomes free within a second, else a random free port.

    Raises:
        OSError: no free port was found.
    """
    if preferred is not None and _is_port_becoming_free(preferred):
        return preferred
    chooser = random.SystemRandom()
    for _ in range(ATTEMPTS):
        port = chooser.randint(FIRST_PORT, LAST_PORT)
        if is_port_free(port=port):
            return port
    raise OSError(f"no free port on {LOOPBACK} after {ATTEMPTS} attempts")


def is_port_free(*, port: int) -> bool:
    """Tell whether a server could listen on the port, connections in TIME_WAIT notwithstanding."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_port_answering(*, port: int, timeout: float = 1.0) -> bool:
    """Tell whether something accepts connections on the port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout):
            return True
    except OSError:
        return False


def _is_port_becoming_free(port: int) -> bool:
    # A killed process loses its command line first and its sockets a moment later.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_port_free(port=port):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
