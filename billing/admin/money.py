"""Micro-dollars as people read them."""

MICRO = 1_000_000


def format_usd(micro_usd: int) -> str:
    """Return dollars with cents, or with more digits where cents would show nothing."""
    if 0 < abs(micro_usd) < MICRO // 100:
        return f"${micro_usd / MICRO:.6f}".rstrip("0")
    return f"${micro_usd / MICRO:,.2f}"
