"""gunicorn: threads behind a database pool; see docs/adr for why requests are synchronous."""

import gc
import os
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 8
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
control_socket_disable = True


def post_worker_init(_worker: Any) -> None:
    """Leave what the application loaded to stay out of garbage collection: walking it cost single requests 50 ms."""
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """Keep the metrics of a process that ended."""
    from veri.platform.observability.multiprocess import forget_process

    forget_process(pid=worker.pid)
