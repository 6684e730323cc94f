"""Every metric a process counts itself; names are part of the interface (alerts and dashboards read them).

What only the database knows (creators, costs, discrepancies) is not counted here: apps contribute it with
``registry.register_gauge`` and ``registry.register_counter``.
"""

from prometheus_client import Counter, Histogram

from veri.platform.observability.multiprocess import identify_processes

identify_processes()

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

CHAT_DURATION = Histogram(
    "veri_chat_duration_seconds",
    "Time to answer a question. outcome: answered, degraded or failed.",
    ["outcome"],
    buckets=_SLOW,
)
# The client appends _total to counters: exposed as veri_memory_formations_total.
MEMORY_FORMATIONS = Counter("veri_memory_formations", "Memories formed or strengthened, by type.", ["type"])
DUAL_WRITE_DURATION = Histogram(
    "veri_dual_write_duration_seconds", "Time to apply one relay batch to MongoDB.", ["dataset"], buckets=_FAST
)
RELAY_BATCHES = Counter(
    "veri_relay_batches", "Batches the relay brought to MongoDB. outcome: written or failed.", ["dataset", "outcome"]
)
RELAY_ROWS = Counter(
    "veri_relay_rows", "Rows of those batches. outcome: taken, written, deleted or quarantined.", ["dataset", "outcome"]
)
PARITY_ERRORS = Counter("veri_parity_errors", "Differences found by parity checks.", ["dataset"])
SEARCH_LATENCY = Histogram(
    "search_latency_seconds", "Time of one memory search, by store and mode.", ["store", "mode"], buckets=_FAST
)
VECTOR_OPERATION_DURATION = Histogram(
    "vector_operation_duration_seconds", "Time of one embedding or vector operation.", ["operation"], buckets=_FAST
)
HTTP_REQUEST_DURATION = Histogram(
    "veri_http_request_duration_seconds",
    "Time to answer a request, by method, route and class of status.",
    ["method", "route", "status"],
    buckets=_FAST,
)
