"""Figures in templates."""

from django import template

register = template.Library()


@register.filter
def figure(count: int) -> str:
    """Return a count with thousands separated."""
    return f"{count:,}"


@register.filter
def share(part: float | None) -> str:
    """Return a share of 0 to 1 in percent, or a dash where nothing was counted."""
    return "—" if part is None else f"{100 * part:.1f} %"
