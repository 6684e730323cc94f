"""The only parser of the API: strict JSON of bounded size."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from veri.platform.http.json_input import JsonRejected, parse_strict_json
from veri.platform.http.problem_types import MALFORMED_REQUEST, PAYLOAD_TOO_LARGE, ProblemError


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body.

        Raises:
            ProblemError: 413 beyond ``DATA_UPLOAD_MAX_MEMORY_SIZE``, 400 for JSON that is refused.
        """
        body = _read_limited(stream)
        try:
            return parse_strict_json(body)
        except JsonRejected as rejected:
            raise ProblemError(kind=MALFORMED_REQUEST, detail=f"The body {rejected.reason}.") from rejected


def _read_limited(stream: IO[Any]) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    body: bytes = stream.read(limit + 1) if limit else stream.read()
    if limit and len(body) > limit:
        raise ProblemError(kind=PAYLOAD_TOO_LARGE, detail=f"The body is larger than {limit} bytes.")
    return body
