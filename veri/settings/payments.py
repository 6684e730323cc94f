"""Whom money goes through, and who sends invoices."""

from dataclasses import dataclass, field

from veri.settings.reader import EnvironmentReader

PAYMENT_PROVIDERS = ("mercado_pago", "stripe")


@dataclass(frozen=True, kw_only=True)
class PaymentSettings:
    """Keys and addresses of the payment providers; the platform's fee in basis points of a payout."""

    provider: str
    platform_fee_basis_points: int
    mercado_pago_access_token: str = field(repr=False)
    mercado_pago_webhook_secret: str = field(repr=False)
    mercado_pago_base_url: str
    mercado_pago_user_id: str
    stripe_api_key: str = field(repr=False)
    stripe_webhook_secret: str = field(repr=False)
    stripe_base_url: str
    invoice_issuer: str
    invoice_seller: tuple[str, str, str]  # name, tax id, address


def read_payments(reader: EnvironmentReader) -> PaymentSettings:
    """Return the settings of the environment; problems are collected by the reader."""
    return PaymentSettings(
        provider=reader.choice("PAYMENT_PROVIDER", PAYMENT_PROVIDERS, default="mercado_pago"),
        platform_fee_basis_points=reader.whole("PLATFORM_FEE_BASIS_POINTS", 1_000, high=9_999),
        mercado_pago_access_token=reader.text("MERCADO_PAGO_ACCESS_TOKEN"),
        mercado_pago_webhook_secret=reader.text("MERCADO_PAGO_WEBHOOK_SECRET"),
        mercado_pago_base_url=reader.base_url("MERCADO_PAGO_BASE_URL"),
        mercado_pago_user_id=reader.text("MERCADO_PAGO_USER_ID"),
        stripe_api_key=reader.text("STRIPE_API_KEY"),
        stripe_webhook_secret=reader.text("STRIPE_WEBHOOK_SECRET"),
        stripe_base_url=reader.base_url("STRIPE_BASE_URL"),
        invoice_issuer=reader.text("INVOICE_ISSUER", "VERI"),
        invoice_seller=(
            reader.text("INVOICE_SELLER_NAME", "Veri"),
            reader.text("INVOICE_SELLER_TAX_ID"),
            reader.text("INVOICE_SELLER_ADDRESS"),
        ),
    )
