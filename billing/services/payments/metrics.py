"""What is counted of payments' webhooks."""

from prometheus_client import Counter

PAYMENT_WEBHOOKS = Counter(
    "veri_payment_webhooks",
    "Payment providers' webhooks. outcome: accepted, duplicate, or the reason of a refusal.",
    ["provider", "outcome"],
)
