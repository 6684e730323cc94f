"""What can go wrong while private servers are started."""

from pathlib import Path

LOG_TAIL_LINES = 15
LOG_TAIL_BYTES = 8192


class EmbeddedStartFailed(Exception):
    """A private server could not be started; the message shows the end of its log."""

    def __init__(self, *, server: str, reason: str, log_file: Path | None = None) -> None:
        self.server = server
        self.reason = reason
        super().__init__(_describe_failure(server=server, reason=reason, log_file=log_file))


def _describe_failure(*, server: str, reason: str, log_file: Path | None) -> str:
    message = f"embedded {server} did not start: {reason}"
    tail = _read_tail(log_file) if log_file else ""
    return f"{message}\n--- end of {log_file} ---\n{tail}" if tail else message


def _read_tail(log_file: Path) -> str:
    try:
        with log_file.open("rb") as stream:
            stream.seek(max(0, log_file.stat().st_size - LOG_TAIL_BYTES))
            text = stream.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-LOG_TAIL_LINES:])
