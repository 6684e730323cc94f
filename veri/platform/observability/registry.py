"""Metrics the database knows: apps register how to read them, ``/metrics`` reads them on each scrape."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Samples = float | int | Mapping[tuple[str, ...], float]
ReadSamples = Callable[[], Samples]
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class CollectedMetric:
    """``read`` returns one number, or a number per tuple of label values; ``None`` declares the name alone."""

    name: str
    documentation: str
    labels: tuple[str, ...]
    is_counter: bool
    read: ReadSamples | None


_metrics: dict[str, CollectedMetric] = {}


def register_gauge(*, name: str, read: ReadSamples | None, documentation: str = "", labels: Iterable[str] = ()) -> None:
    """Expose a number read at each scrape; a later registration of the same name takes over."""
    _register(name=name, read=read, documentation=documentation, labels=labels, is_counter=False)


def register_counter(
    *, name: str, read: ReadSamples | None, documentation: str = "", labels: Iterable[str] = ()
) -> None:
    """Expose a number that only grows, like a sum over an append-only table; the name ends in ``_total``."""
    _register(name=name, read=read, documentation=documentation, labels=labels, is_counter=True)


def _register(
    *, name: str, read: ReadSamples | None, documentation: str, labels: Iterable[str], is_counter: bool
) -> None:
    known = _metrics.get(name)
    text = documentation or (known.documentation if known else name)
    _metrics[name] = CollectedMetric(
        name=name,
        documentation=text,
        labels=tuple(labels) or (known.labels if known else ()),
        is_counter=is_counter,
        read=read,
    )


class RegisteredCollector(Collector):
    """Yields every registered metric; one that cannot be read has no samples and is named in the log."""

    def collect(self) -> Iterator[Metric]:
        for metric in list(_metrics.values()):
            yield _build_family(metric, _read(metric))


def _read(metric: CollectedMetric) -> Samples:
    if metric.read is None:
        return {}
    try:
        return metric.read()
    except Exception as error:  # noqa: BLE001  a store may be away: the scrape shows the rest and the log says why
        logger.warning("metric_unreadable", metric=metric.name, error=type(error).__name__)
        return {}


def _build_family(metric: CollectedMetric, samples: Samples) -> Metric:
    family: CounterMetricFamily | GaugeMetricFamily = (
        CounterMetricFamily(metric.name.removesuffix("_total"), metric.documentation, labels=metric.labels)
        if metric.is_counter
        else GaugeMetricFamily(metric.name, metric.documentation, labels=metric.labels)
    )
    by_labels = samples if isinstance(samples, Mapping) else {(): float(samples)}
    for values, value in by_labels.items():
        family.add_metric([str(part) for part in values], float(value))
    return family


register_gauge(
    name="veri_active_creators_total", read=None, documentation="Creators with activity in the last 30 days."
)
register_gauge(
    name="data_consistency_discrepancies",
    read=None,
    documentation="Differences the last parity check of each dataset found.",
    labels=["dataset"],
)
register_counter(
    name="veri_api_costs_usd_total", read=None, documentation="Metered costs of outside services.", labels=["service"]
)
