"""What Veri asks of a payment provider, whichever it is. Amounts are minor units; every call has a timeout."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from billing.payment_enums import Provider


class ProviderError(Exception):
    """The base of what a provider answers instead of what was asked."""


class ProviderUnavailable(ProviderError):
    """Raised when there was no whole answer, or one that says to come again: the call may have been carried out."""


class ProviderRefused(ProviderError):
    """Raised when the provider said no: asking again the same way is of no use."""


class ProviderNotConfigured(ProviderError):
    """Raised when there are no credentials."""


class WebhookRefused(Exception):
    """Raised for a delivery that is not signed by the provider; ``reason`` is a word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class PaymentStatus(IntEnum):
    """How far a payment has come; it never goes back."""

    PENDING = 0
    REJECTED = 1
    CANCELLED = 2
    APPROVED = 3
    REFUNDED = 4
    CHARGED_BACK = 5


@dataclass(frozen=True, kw_only=True)
class CheckoutRequest:
    """What is to be paid; ``reference`` comes back with it, ``idempotency_key`` makes asking again harmless."""

    reference: str
    idempotency_key: str
    amount_minor: int
    currency: str
    title: str
    payer_email: str = ""
    return_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """Where the payer pays."""

    id: str
    url: str


@dataclass(frozen=True, kw_only=True)
class FetchedRefund:
    id: str
    amount_minor: int
    is_done: bool


@dataclass(frozen=True, kw_only=True)
class FetchedDispute:
    """``outcome`` is ``open``, ``won`` or ``lost``, from Veri's side."""

    id: str
    amount_minor: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class FetchedPayment:
    """A payment as the provider has it now. ``collector`` and ``is_live`` say whose it is and whether it is real."""

    provider: Provider
    id: str
    status: PaymentStatus
    amount_minor: int
    currency: str
    reference: str
    collector: str
    is_live: bool
    fee_minor: int = 0
    refunded_minor: int = 0
    refunds: tuple[FetchedRefund, ...] = ()
    dispute: FetchedDispute | None = None
    subscription_id: str = ""


@dataclass(frozen=True, kw_only=True)
class FetchedSubscription:
    """``state`` is ``pending``, ``active``, ``paused`` or ``cancelled``; ``url`` is where the payer consents."""

    id: str
    state: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What a verified delivery tells to look at.

    ``verified_how`` says which form of the signed text matched; ``kept_body`` is the body where it names no person.
    """

    delivery_id: str
    topic: str
    data_id: str
    verified_how: str
    signed: dict[str, str] = field(default_factory=dict)
    kept_body: bytes = b""


class PaymentProvider(Protocol):
    """One provider. Every method but ``verify_webhook`` calls out and raises ``ProviderError``s."""

    name: Provider
    collector: str
    is_live: bool

    def create_checkout(self, request: CheckoutRequest) -> Checkout: ...

    def fetch_payment(self, payment_id: str) -> FetchedPayment: ...

    def find_payments(self, *, topic: str, data_id: str) -> list[str]:
        """Return the ids of the payments a delivery is about; none when it is about something else."""
        ...

    def list_payments_of(self, reference: str) -> list[str]:
        """Return the ids of the payments that carry a reference."""
        ...

    def list_recent(self, *, since: datetime, until: datetime) -> list[str]:
        """Return the ids of payments that changed in a window."""
        ...

    def refund(self, *, payment_id: str, amount_minor: int, currency: str, idempotency_key: str) -> FetchedRefund: ...

    def create_subscription(self, request: CheckoutRequest, *, first_at: datetime | None) -> FetchedSubscription:
        """Ask for consent to take the amount each month, first at an instant; at once without one."""
        ...

    def fetch_subscription(self, subscription_id: str) -> FetchedSubscription: ...

    def change_subscription(self, *, subscription_id: str, amount_minor: int, currency: str) -> None: ...

    def cancel_subscription(self, subscription_id: str) -> FetchedSubscription: ...

    def verify_webhook(
        self, *, headers: Mapping[str, str], body: bytes, query: Mapping[str, str], now: datetime
    ) -> Hint:
        """Return what a delivery is about; header names are in lower case.

        Raises:
            WebhookRefused: it is not signed with our secret, or too old.
        """
        ...


def get_provider(name: str) -> PaymentProvider:
    """Return a provider by its name; its SDK is loaded with the first call.

    Raises:
        ProviderNotConfigured: nobody has such a name.
    """
    if name == Provider.MERCADO_PAGO:
        from billing.clients.mercado_pago.client import MercadoPago  # one provider's at a time

        return MercadoPago()
    if name == Provider.STRIPE:
        from billing.clients.stripe.client import Stripe  # same

        return Stripe()
    raise ProviderNotConfigured(f"No payment provider is called {name[:20]!r}.")
