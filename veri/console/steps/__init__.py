"""What an operator may do with a dataset: one class per step, each behind its own permission."""

from veri.console.steps.registry import GROUPS, STEPS, list_buttons
from veri.console.steps.situation import Situation, list_situations
from veri.console.steps.step import Button, Order, Outcome, Plan, Preview, Step

__all__ = [
    "GROUPS",
    "STEPS",
    "Button",
    "Order",
    "Outcome",
    "Plan",
    "Preview",
    "Situation",
    "Step",
    "list_buttons",
    "list_situations",
]
