"""What is counted of webhooks."""

from prometheus_client import Counter, Histogram

WEBHOOKS = Counter(
    "veri_webhooks",
    "Webhook deliveries. outcome: accepted, duplicate, handshake, or the reason of a refusal.",
    ["platform", "outcome"],
)
WEBHOOK_SECONDS = Histogram(
    "veri_webhook_accept_seconds",
    "Time from a delivery's arrival to its answer.",
    ["platform"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
)
