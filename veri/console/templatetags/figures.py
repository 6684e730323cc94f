"""Figures in templates."""

from django import template

register = template.Library()


@register.filter
def figure(count: int) -> str:
    """Return a count with thousands separated."""
    return f"{count:,}"
