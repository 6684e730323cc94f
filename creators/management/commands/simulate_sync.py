"""``manage.py simulate_sync``: what reading so many creators takes of the platforms' quotas in a day."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import CommandError

from creators.services.sync.planning import BASE_INTERVALS
from creators.services.sync.quotas import get_buckets
from creators.services.sync.simulating import DEFAULT_MIX, SimulatedPlatform, simulate_day
from veri.platform.ops.commands import OperatorCommand

START = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)  # midnight, Pacific time
HEADS = ("platform", "accounts", "read every", "wanted", "readings", "calls", "units", "US$", "of quota", "put off")
WIDTHS = (9, 9, 11, 8, 9, 9, 10, 9, 9, 8)


class Command(OperatorCommand):
    help = (
        "Simulate a day of readings with the planner and the limits in force; asks nobody. A creator has one account;"
        " --mix names the shares, like youtube=0.5,x=0.1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--creators", type=int, default=10_000)
        parser.add_argument("--mix", default="", help="shares by platform, at most 1 together or 1 each with --all")
        parser.add_argument("--all", action="store_true", help="every creator has an account on every platform")
        parser.add_argument("--x-budget", type=float, default=None, help="US dollars a month, not X_MONTHLY_BUDGET")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["creators"] <= 1_000_000:  # noqa: PLR2004  a day of so many takes a minute
            raise CommandError("--creators must be between 1 and 1,000,000.")
        mix = dict.fromkeys(DEFAULT_MIX, 1.0) if options["all"] else _read_mix(options["mix"])
        connections = {platform: round(share * options["creators"]) for platform, share in mix.items()}
        found = simulate_day(
            connections={platform: count for platform, count in connections.items() if count},
            buckets=get_buckets(x_monthly_budget=options["x_budget"]),
            start=START,
        )
        self.stdout.write(_write_row(HEADS))
        for one in found:
            self.stdout.write(_write_row(_list_cells(one)))
        for one in found:
            self.stdout.write(_judge(one))


def _read_mix(text: str) -> dict[str, float]:
    if not text:
        return dict(DEFAULT_MIX)
    try:
        mix = {name.strip(): float(share) for name, share in (part.split("=") for part in text.split(","))}
    except ValueError as error:
        raise CommandError("--mix must be written like youtube=0.5,x=0.1.") from error
    if set(mix) - set(DEFAULT_MIX) or not all(0 <= share <= 1 for share in mix.values()):
        raise CommandError(f"--mix takes shares between 0 and 1 of {', '.join(DEFAULT_MIX)}.")
    return mix


def _list_cells(one: SimulatedPlatform) -> tuple[str, ...]:
    units = sum(amount for name, amount in one.amounts.items() if name != "dollars")
    return (
        one.platform,
        f"{one.connections:,}",
        _write_interval(one.interval),
        _write_interval(BASE_INTERVALS[one.platform]),
        f"{one.readings:,}",
        f"{one.calls:,.0f}",
        f"{units:,.0f}" if units else "",
        f"{one.dollars:,.2f}" if one.dollars else "",
        f"{100 * max(one.shares.values()):.0f} %",
        f"{one.waited:,}",
    )


def _write_interval(interval: timedelta) -> str:
    hours = interval.total_seconds() / 3600
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"  # noqa: PLR2004  two days


def _write_row(cells: tuple[str, ...]) -> str:
    first, *others = zip(cells, WIDTHS, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width + 1}}" for cell, width in others)


def _judge(one: SimulatedPlatform) -> str:
    if one.fits:
        busiest = f"{one.busiest_minute} in the busiest minute"
        return f"{one.platform}: fits; every account is read as often as wanted, {busiest}."
    times = one.interval / BASE_INTERVALS[one.platform]
    return f"{one.platform}: does not fit; accounts are read {times:.1f} times less often than wanted."
