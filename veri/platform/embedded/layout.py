"""Where the private servers keep their files."""

from dataclasses import dataclass
from pathlib import Path

LOG_ROTATION_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The files below one root; two roots share nothing."""

    root: Path

    @classmethod
    def at(cls, *, root: Path) -> "Layout":
        # Resolved, because running servers are recognised by the data directory they were given.
        return cls(root=root.resolve())

    @property
    def state_file(self) -> Path:
        return self.root / "embedded.json"

    @property
    def lock_file(self) -> Path:
        return self.root / "embedded.lock"

    def get_data_dir(self, *, name: str) -> Path:
        return self.root / name

    def get_log_file(self, *, name: str) -> Path:
        return self.root / "log" / f"{name}.log"

    def get_temporary_dir(self, *, name: str) -> Path:
        return self.root / "tmp" / name

    def prepare_folders(self, *, name: str) -> None:
        """Create the log file and temporary folder of one server; set a big old log aside."""
        log_file = self.get_log_file(name=name)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        if log_file.exists() and log_file.stat().st_size > LOG_ROTATION_BYTES:
            log_file.replace(log_file.with_suffix(".log.1"))
        log_file.touch()
        self.get_temporary_dir(name=name).mkdir(parents=True, exist_ok=True)
