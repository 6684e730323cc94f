"""Media files transcribed on this machine: an interaction's transcript becomes its signal."""

from pathlib import Path

import orjson
from django.conf import settings

from memory.clients.whisper import WhisperClient
from memory.enums import SignalKind
from memory.errors import ProcessorAnswerInvalid, ProcessorUnavailable
from memory.extraction.candidates import SignalFact
from memory.services.processing.interface import Batch, Processed


class WhisperProcessor:
    """Reads the files in the media folder that interactions name; a file elsewhere, or none, is refused by itself."""

    name = "whisper"
    wants_media = True

    def __init__(self, client: WhisperClient, *, media: Path) -> None:
        self.model = client.model
        self._client = client
        self._media = media.resolve()

    def process(self, batch: Batch) -> Processed:
        return self.read(batch, self.ask(batch))

    def ask(self, batch: Batch) -> str:
        self._client.check()
        transcripts = [
            {"id": one.interaction_id, "file": name, **self._transcribe(name)}
            for one in batch.sources
            for name in one.media
        ]
        return orjson.dumps({"transcripts": transcripts}).decode()

    def read(self, batch: Batch, answer: str) -> Processed:
        found = orjson.loads(answer)["transcripts"]
        signals = tuple(
            (
                one["id"],
                SignalFact(
                    kind=SignalKind.TRANSCRIPT,
                    value=one["file"][:200],
                    extractor=f"whisper:{self.model}"[:80],
                    detail={"text": one["text"], "language": one["language"]},
                ),
            )
            for one in found
            if "text" in one and one["text"].strip()
        )
        refused = sum("error" in one for one in found)
        return Processed(signals=signals, rejected={"unreadable_file": refused} if refused else {})

    def _transcribe(self, name: str) -> dict[str, str]:
        path = self._find(name)
        if path is None:
            return {"error": "no such file"}
        try:
            transcript = self._client.transcribe(path)
        except ProcessorAnswerInvalid as refusal:
            return {"error": str(refusal)}
        return {"text": transcript.text.replace("\0", ""), "language": transcript.language}

    def _find(self, name: str) -> Path | None:
        """Return a file inside the media folder; whatever a sender wrote, nothing outside of it is opened."""
        if "\0" in name:
            return None
        path = (self._media / name).resolve()
        return path if path.is_relative_to(self._media) and path.is_file() else None


def build_whisper_processor() -> WhisperProcessor:
    """Return the processor.

    Raises:
        ProcessorUnavailable: no model folder is named, the extra is not installed, or the folder holds no model.
    """
    if not settings.WHISPER_MODEL_DIR:
        raise ProcessorUnavailable("MEMORY_PROCESSORS names whisper, but WHISPER_MODEL_DIR is not set.")
    client = WhisperClient(folder=Path(settings.WHISPER_MODEL_DIR))
    client.check()
    return WhisperProcessor(client, media=Path(settings.WHISPER_MEDIA_DIR))
