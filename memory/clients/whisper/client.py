"""Speech to text with a model in a local folder; nothing is ever downloaded."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from memory.errors import ProcessorAnswerInvalid, ProcessorUnavailable

LONGEST_TRANSCRIPT = 20_000  # characters
LARGEST_FILE = 500 * 1024 * 1024
NEEDED = ("model.bin", "config.json")  # of a CTranslate2 model


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What was said, and in which language."""

    text: str
    language: str


class WhisperClient:
    """A model of a folder; it loads with the first file and stays for the process's life."""

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder
        self.model = folder.name

    def check(self) -> None:
        """Raise ``ProcessorUnavailable`` unless the extra is installed and the folder holds a model."""
        try:
            import faster_whisper  # noqa: F401  an optional extra, and slow to load
        except ImportError as error:
            raise ProcessorUnavailable(
                "faster-whisper is not installed: pip install -r requirements-whisper.txt"
            ) from error
        missing = [name for name in NEEDED if not (self.folder / name).is_file()]
        if missing:
            raise ProcessorUnavailable(f"WHISPER_MODEL_DIR holds no model: {' and '.join(missing)} missing.")

    def transcribe(self, path: Path) -> Transcript:
        """Return a media file's words.

        Raises:
            ProcessorUnavailable: the model is not there or cannot be read.
            ProcessorAnswerInvalid: the file is too large, or no audio can be read from it.
        """
        self.check()
        if path.stat().st_size > LARGEST_FILE:
            raise ProcessorAnswerInvalid(f"{path.name} is larger than 500 MB.")
        model = _load(self.folder)
        try:
            segments, info = model.transcribe(str(path), beam_size=1, temperature=0.0, vad_filter=False)
            text = " ".join(one.text.strip() for one in segments)
        except Exception as error:  # the decoder under the library raises its own kinds
            raise ProcessorAnswerInvalid(f"{path.name} holds no audio that can be read: {error}") from error
        return Transcript(text=text[:LONGEST_TRANSCRIPT], language=str(info.language))


@cache
def _load(folder: Path) -> Any:
    import faster_whisper  # an optional extra, and slow to load

    try:
        return faster_whisper.WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
    except Exception as error:  # the runtime raises RuntimeError, ValueError, or its own
        raise ProcessorUnavailable(f"The model in WHISPER_MODEL_DIR cannot be loaded: {error}") from error
