"""JSON as platforms write it: integers of any size, and the trailing commas of TikTok's examples."""

import json
import re
from typing import Any

# A string is taken whole, so that a comma inside of one stays.
_STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])')


def read_json(body: bytes | str) -> Any:
    """Return the value of a JSON document.

    Raises:
        ValueError: it is none, not even without trailing commas; also when nested absurdly deep.
    """
    text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
    try:
        return _load(text)
    except ValueError:
        return _load(_STRING_OR_COMMA.sub(_drop_comma, text))


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _drop_comma(found: "re.Match[str]") -> str:
    return "" if found[0] == "," else found[0]
