"""gunicorn: an event loop for chats, threads behind a database pool for everything else; see docs/adr/0017."""

import os
import resource
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veri.settings.local")  # child_exit runs in the master, without wsgi.py
bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "veri.platform.http.web_worker.WebWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
backlog = 4096
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
control_socket_disable = True
OPEN_FILES = 16_384


def on_starting(_server: Any) -> None:
    """Let a burst of connections in: the usual limit of 1,024 open files is less than a thousand chats need."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def post_worker_init(_worker: Any) -> None:
    from veri.platform.http.garbage import calm_collections  # the application is loaded by now

    calm_collections()


def child_exit(_server: Any, worker: Any) -> None:
    """Keep the metrics of a process that ended; whatever goes wrong with them, the master must live on."""
    try:
        from veri.platform.observability.multiprocess import forget_process  # reads the settings

        forget_process(pid=worker.pid)
    except Exception:
        _server.log.exception("The metrics of process %s are folded at the next scrape.", worker.pid)
