"""``manage.py cost report|project|simulate|import-prices|import-report``: what was paid, what would be."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from billing.admin.money import format_usd
from billing.errors import ImportRefused, PriceUnknown
from billing.management.tables import write_table
from billing.queries import projecting
from billing.queries.allocation import allocate_storage
from billing.queries.reconciling import compare_books, compare_providers
from billing.queries.usage_sums import UsageSum, sum_all, sum_usage
from billing.services.imports.prices import import_prices
from billing.services.imports.provider_costs import import_provider_costs
from billing.services.measuring.storage import SOURCE as STORAGE
from billing.services.periods import get_month
from creators.models import Creator
from veri.platform.ops.commands import OperatorCommand

MOST_CREATORS = 25
LARGEST_FILE = 16 * 1024 * 1024


class Command(OperatorCommand):
    help = "Report what was used and whether the books agree; project and simulate costs; import prices and reports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        report = steps.add_parser("report", help="what a month cost, and whether every micro-dollar is explained")
        report.add_argument("--month", default="", help="like 2026-11; default this one")
        report.add_argument("--creator", default="", help="only one creator's handle")
        for name, text in (("project", "a month of N creators"), ("simulate", "the same with other models or caches")):
            one = steps.add_parser(name, help=text)
            one.add_argument("--creators", type=int, default=projecting.BASELINE_CREATORS)
            one.add_argument("--profile", choices=sorted(projecting.PROFILES), default="baseline")
            one.add_argument("--assumed", action="store_true", help="do not use what was measured")
            if name == "simulate":
                one.add_argument("--model", default="", help="provider:model")
                one.add_argument("--cache-hit-rate", type=float, default=None, help="0 to 1")
                one.add_argument("--chats", type=float, default=None, help="of a creator in a month")
        for name, text in (("import-prices", "add prices"), ("import-report", "take a provider's cost report")):
            one = steps.add_parser(name, help=f"{text} from CSV or JSON, all lines or none")
            one.add_argument("file", type=Path)
            one.add_argument("--reason", required=True, help="kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        {
            "report": self._report,
            "project": self._project,
            "simulate": self._project,
            "import-prices": self._import_prices,
            "import-report": self._import_report,
        }[options["step"]](options)

    def _report(self, options: dict[str, Any]) -> None:
        at = _read_month(options["month"])
        start, end = get_month(at)
        days: dict[str, Any] = {"since": start.date(), "until": end.date()}
        creators = _find_creator(options["creator"]) if options["creator"] else None
        total = sum_all(**days, creator_ids=creators)
        self.stdout.write(f"{start:%Y-%m}, UTC: {total.events:,} events, {_usd(total)}")
        for title, by in (("service", ("service", "model")), ("feature", ("source",)), ("creator", ("creator_id",))):
            limit = MOST_CREATORS if title == "creator" else 0
            self._write_sums(title, sum_usage(**days, by=by, creator_ids=creators, limit=limit))
        if creators is None:
            self._write_storage(sum_usage(**days, by=("source",)))
        if total.unreconciled:
            self.stdout.write(f"{total.unreconciled:,} events are charged as estimated.")
        self._write_providers(compare_providers(**days))
        self._write_books(at)

    def _write_sums(self, title: str, sums: Sequence[UsageSum]) -> None:
        handles = dict(Creator.objects.filter(pk__in=[one.creator_id for one in sums]).values_list("pk", "handle"))
        rows = [
            (
                _name(one, title, handles),
                f"{one.events:,}",
                f"{one.prompt_tokens:,}",
                f"{one.output_tokens:,}",
                f"{one.units:,}",
                "" if one.cache_hit_rate is None else f"{one.cache_hit_rate:.1%}",
                f"{one.cost_micro_usd:,}",
            )
            for one in sums
        ]
        heads = (f"by {title}", "events", "prompt tokens", "output", "units", "cached", "micro-dollars")
        self.stdout.write("\n" + write_table(heads, rows))

    def _write_storage(self, features: Sequence[UsageSum]) -> None:
        """Tell whose storage costs most; it is metered for all together."""
        cost = sum(one.cost_micro_usd for one in features if one.source == STORAGE)
        if not cost:
            return
        shares = sorted(allocate_storage(cost=cost).items(), key=lambda one: (-one[1], one[0]))[:MOST_CREATORS]
        handles = dict(Creator.objects.filter(pk__in=[pk for pk, _ in shares]).values_list("pk", "handle"))
        rows = [(f"@{handles[pk]}", f"{share:,}") for pk, share in shares if pk in handles]
        if rows:
            self.stdout.write("\n" + write_table(("storage, shared out by interactions", "micro-dollars"), rows))

    def _write_providers(self, differences: Sequence[Any]) -> None:
        if differences:
            rows = [
                (one.service, f"{one.day}", f"{one.reported:,}", f"{one.metered:,}", f"{one.share:+.2%}")
                for one in differences
            ]
            self.stdout.write("\n" + write_table(("provider", "day", "reported", "metered", "difference"), rows))

    def _write_books(self, at: datetime) -> None:
        found = compare_books(at=at)
        rows = [(one.what, f"{one.booked:,}", f"{one.found:,}", "even" if one.is_even else "ODD") for one in found]
        self.stdout.write("\n" + write_table(("the books", "booked", "by the events", ""), rows))
        if all(one.is_even for one in found):
            self.stdout.write("reconciled: every micro-dollar is explained by a usage event.")
        else:
            raise CommandError("not reconciled: see the lines marked ODD.")

    def _project(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        creators = options["creators"]
        if not 0 < creators <= 100_000_000:  # noqa: PLR2004  more people than use any platform
            raise CommandError("--creators must be between 1 and 100,000,000.")
        base = projecting.PROFILES[options["profile"]]
        measured: frozenset[str] = frozenset()
        if not options["assumed"]:
            base, measured = projecting.measure_assumptions(base=base, at=now)
        service, model, base = _read_changes(options, base)
        try:
            found = projecting.project_costs(
                creators=creators, service=service, model=model, assumptions=base, measured=measured, at=now
            )
        except PriceUnknown as unknown:
            raise CommandError(str(unknown)) from unknown
        self._write_projection(found)

    def _write_projection(self, found: projecting.Projection) -> None:
        rows = [
            (
                one.name,
                f"{getattr(found.assumptions, one.name):,}",
                "measured" if one.name in found.measured else "assumed",
            )
            for one in fields(found.assumptions)
        ]
        self.stdout.write(write_table(("a creator and month", "", ""), rows))
        lines = [
            (one.what, format_usd(one.micro_usd), format_usd(one.micro_usd * found.creators)) for one in found.lines
        ]
        lines.append(("together", format_usd(found.per_creator), format_usd(found.total)))
        self.stdout.write("\n" + write_table(("costs", "a creator", f"{found.creators:,} creators"), lines))
        is_cheap = found.per_creator <= projecting.TARGET_AT_SCALE
        self.stdout.write(f"$3.30 a creator and month: {'met' if is_cheap else 'MISSED'}")
        if found.creators == projecting.BASELINE_CREATORS:
            is_met = found.total <= projecting.TARGET_OF_BASELINE
            self.stdout.write(f"$100 a month for 500 creators: {'met' if is_met else 'MISSED'}")

    def _import_prices(self, options: dict[str, Any]) -> None:
        content = _read_file(options["file"])
        try:
            found = import_prices(
                content=content, acting_user="command line", reason=options["reason"], now=timezone.now()
            )
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{len(found)} prices were added.")

    def _import_report(self, options: dict[str, Any]) -> None:
        content = _read_file(options["file"])
        try:
            count = import_provider_costs(
                content=content, acting_user="command line", reason=options["reason"], now=timezone.now()
            )
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{count} lines were taken.")


def _read_month(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC) if text else timezone.now()
    except ValueError as error:
        raise CommandError("--month must be written like 2026-11.") from error


def _find_creator(handle: str) -> list[int]:
    found = Creator.objects.filter(handle=handle.lstrip("@")).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(f"There is no creator @{handle.lstrip('@')}.")
    return [found]


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CommandError(f"The file cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST_FILE:
        raise CommandError("The file is larger than 16 MB.")
    return content


def _read_changes(options: dict[str, Any], base: projecting.Assumptions) -> tuple[str, str, projecting.Assumptions]:
    """Return whose model is asked, and the assumptions with what the command changes of them."""
    service, _, model = (options.get("model") or f"claude:{settings.CLAUDE_MODEL}").partition(":")
    if not model:
        raise CommandError("--model must be written provider:model.")
    rate, chats = options.get("cache_hit_rate"), options.get("chats")
    if rate is not None and not 0 <= rate <= 1:
        raise CommandError("--cache-hit-rate must be between 0 and 1.")
    if chats is not None and not 0 <= chats <= 1_000_000:  # noqa: PLR2004  more than anybody asks
        raise CommandError("--chats must be between 0 and 1,000,000.")
    changes: dict[str, Any] = {"cache_hit_rate": rate, "chats": chats}
    return service, model, replace(base, **{name: value for name, value in changes.items() if value is not None})


def _usd(one: UsageSum) -> str:
    return f"{one.cost_micro_usd:,} micro-dollars ({format_usd(one.cost_micro_usd)})"


def _name(one: UsageSum, title: str, handles: dict[int, str]) -> str:
    if title == "service":
        return f"{one.service} {one.model}"
    if title == "feature":
        return str(one.source)
    return f"@{handles[one.creator_id]}" if one.creator_id in handles else "nobody"
