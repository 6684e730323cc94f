"""The ASGI entry point; gunicorn serves it: chats on the event loop, everything else by Django in threads."""

from typing import Any, cast

from veri.wsgi import application as django_application  # first: it sets Django up

from a2wsgi import WSGIMiddleware  # isort: skip

from memory.api.direct import answer_chat  # isort: skip
from veri.platform.http.direct.application import Application, DirectApplication  # isort: skip

THREADS = 8

application = DirectApplication(
    endpoints={("POST", "/api/v1/assistant/chat"): answer_chat},
    otherwise=cast("Application", WSGIMiddleware(cast("Any", django_application), workers=THREADS)),
)
