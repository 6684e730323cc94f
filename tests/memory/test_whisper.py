"""Transcripts: the extra that is absent, models that are none, files that must not be opened."""

from importlib.util import find_spec

import pytest

from memory.clients.whisper import Transcript, WhisperClient
from memory.errors import ProcessorAnswerInvalid, ProcessorUnavailable
from memory.models import Memory, Signal
from memory.services.processing.interface import Batch
from memory.services.processing.whisper import WhisperProcessor, build_whisper_processor
from memory.services.signals import copy_signals
from memory.services.sources import build_sources, list_media
from tests.conftest import NOW
from tests.memory.conftest import form, say

IS_INSTALLED = find_spec("faster_whisper") is not None


class Recorder(WhisperClient):
    """A client whose speech is the file's own text: what runs around it is real."""

    def check(self) -> None:
        """Nothing is needed."""

    def transcribe(self, path):
        text = path.read_text()
        if text == "noise":
            raise ProcessorAnswerInvalid("holds no audio")
        return Transcript(text=text, language="en")


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "media"
    (folder / "clips").mkdir(parents=True)
    (folder / "clips" / "one.wav").write_text("I live in Lisbon now.")
    (folder / "noise.wav").write_text("noise")
    (tmp_path / "secret.txt").write_text("a secret")
    return folder


def transcribe(creator, media, *names):
    said = say(creator, "New clip!", attachments=[{"file": name} for name in names])
    sources = build_sources(creator=creator, interactions=[said])
    processor = WhisperProcessor(Recorder(folder=media), media=media)
    return said, processor.process(Batch(creator_id=creator.pk, handle=creator.handle, sources=tuple(sources)))


@pytest.mark.skipif(IS_INSTALLED, reason="faster-whisper is installed")
def test_absent_extra_says_how_to_install_it(settings, tmp_path):
    settings.WHISPER_MODEL_DIR = str(tmp_path)
    with pytest.raises(ProcessorUnavailable, match=r"pip install -r requirements-whisper\.txt"):
        build_whisper_processor()


@pytest.mark.skipif(not IS_INSTALLED, reason="faster-whisper is an optional extra and not installed")
def test_folder_without_a_model_and_a_corrupt_one_are_told(settings, tmp_path):
    settings.WHISPER_MODEL_DIR = str(tmp_path)
    with pytest.raises(ProcessorUnavailable, match=r"model\.bin and config\.json missing"):
        build_whisper_processor()
    (tmp_path / "model.bin").write_bytes(b"no model")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "clip.wav").write_bytes(b"RIFF")
    with pytest.raises(ProcessorUnavailable, match="cannot be loaded"):
        WhisperClient(folder=tmp_path).transcribe(tmp_path / "clip.wav")


def test_speech_becomes_a_signal_and_its_words_a_memory(creator, media):
    said, found = transcribe(creator, media, "clips/one.wav")
    copy_signals(creator_id=creator.pk, facts=found.signals, now=NOW)
    signal = Signal.objects.get(kind="transcript")
    assert (signal.interaction_id, signal.value, signal.detail["text"]) == (
        said.pk,
        "clips/one.wav",
        "I live in Lisbon now.",
    )
    form(creator, said)
    assert Memory.objects.get(predicate="home town").value == "Lisbon"


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "none.wav", "clips", "a\0b", "noise.wav"])
def test_file_that_is_none_or_elsewhere_is_refused_by_itself(creator, media, name):
    if "\0" in name:  # jsonb holds none; a file name from elsewhere still must not break
        assert set(WhisperProcessor(Recorder(folder=media), media=media)._transcribe(name)) == {"error"}
        return
    said, found = transcribe(creator, media, name, "clips/one.wav")
    assert [pk for pk, _ in found.signals] == [said.pk]
    assert found.rejected == {"unreadable_file": 1}


@pytest.mark.parametrize(
    ("attachments", "names"),
    [
        ([{"file": "a.wav"}, {"file": 7}, {"url": "x"}, "b.wav", None], ("a.wav",)),
        ({"file": "a.wav"}, ()),
        ([{"file": "a"}] * 50, ("a",) * 10),
        (None, ()),
    ],
)
def test_media_are_read_from_attachments(attachments, names):
    assert list_media(attachments) == names
