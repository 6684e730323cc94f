"""gunicorn's worker: uvicorn on uvloop. Which proxies to believe is decided by ``TRUSTED_PROXIES`` alone."""

from typing import Any

from uvicorn_worker import UvicornWorker


class WebWorker(UvicornWorker):
    CONFIG_KWARGS: dict[str, Any] = {
        "loop": "veri.platform.http.web_loop:build_loop",
        "http": "httptools",
        "lifespan": "on",
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
        "backlog": 4096,
    }
