import json
import time

import pytest

from veri.platform.http.json_input import MAX_DEPTH, JsonRejected, parse_strict_json


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not valid JSON"),
        (b"{", "is not valid JSON"),
        (b"\xef\xbb\xbf{}", "is not valid JSON"),
        (b'"\xff\xfe"', "is not valid JSON"),
        (b'"\\ud800"', "is not valid JSON"),
        (b"NaN", "is not valid JSON"),
        (b"[Infinity]", "is not valid JSON"),
        (b"1e999", "is not valid JSON"),
        (b"1" * 5000, "is not valid JSON"),
        (b"{} {}", "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b'"a\x00b"', "is not valid JSON"),
        (b'{"a": 1, "a": 2}', "repeats a key within one object"),
        (b'[{"a": {"b": 1, "b": 1}}]', "repeats a key within one object"),
        (b'{"a": ["x\\u0000y"]}', "holds a NUL character"),
        (b'{"x\\u0000y": 1}', "holds a NUL character"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "is nested deeper than 64 levels"),
        (b"[" * 1000 + b"]" * 1000, "is nested deeper than 64 levels"),
    ],
)
def test_parse_refused(data, reason):
    with pytest.raises(JsonRejected) as refusal:
        parse_strict_json(data)

    assert refusal.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b'"\\\\u0000"', "\\u0000"),
        ('{"é": "\\ud83d\\ude00"}'.encode(), {"é": "😀"}),
        (b"[1.5, -0.0, true, null]", [1.5, -0.0, True, None]),
        (b'{"a": {"b": 1}, "c": {"b": 2}}', {"a": {"b": 1}, "c": {"b": 2}}),
    ],
)
def test_parse_accepted(data, value):
    assert value is None or parse_strict_json(data) == value


def test_parse_thousand_events_fast():
    event = {
        "creator": "ana",
        "platform": "twitch",
        "external_id": "1",
        "type": "chat.message",
        "channel": "c",
        "occurred_at": "2026-01-01T00:00:00Z",
        "author": {"id": "1", "name": "é" * 8},
        "text": "x" * 150,
        "attachments": [],
        "payload": {"a": 1, "b": 1.5, "c": [1, 2, 3], "d": {"e": "f" * 60}},
    }
    data = json.dumps([event] * 1000).encode()

    def measure():
        started = time.process_time()
        parse_strict_json(data)
        return time.process_time() - started

    assert len(data) > 500_000 - 50_000
    assert min(measure() for _ in range(5)) < 0.025
