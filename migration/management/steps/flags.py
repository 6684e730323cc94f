"""Flags from a shell."""

from argparse import ArgumentParser

from django.utils import timezone

from migration.enums import Flag
from migration.management.steps.step import Context, step


def _add_flag(parser: ArgumentParser) -> None:
    parser.add_argument("name", choices=Flag.values)
    parser.add_argument("value", choices=["on", "off"])
    parser.add_argument("--reason", required=True, help="kept in the audit trail")


@step("flag", "switch a flag on or off", _add_flag)
def set_flag_value(context: Context) -> None:
    from migration.services.flags import set_flag  # only this step writes

    options = context.options
    state = set_flag(
        name=options["name"],
        is_on=options["value"] == "on",
        actor=context.actor,
        reason=options["reason"],
        now=timezone.now(),
    )
    context.stdout.write(f"{state.name} is {'on' if state.is_effective else 'off'}.")


def add_share(parser: ArgumentParser) -> None:
    """Add the arguments that say which creators something reaches."""
    parser.add_argument("--percent", type=int, required=True, help="of the 256 cohorts")
    parser.add_argument("--allow", type=int, nargs="*", default=[], metavar="CREATOR", help="always, by id")
    parser.add_argument("--deny", type=int, nargs="*", default=[], metavar="CREATOR", help="never, by id")
    parser.add_argument("--reason", required=True, help="kept in the audit trail")


def _add_flag_share(parser: ArgumentParser) -> None:
    parser.add_argument("name", choices=Flag.values)
    add_share(parser)


@step("flag-share", "set which creators a flag reaches while it is on", _add_flag_share)
def set_share(context: Context) -> None:
    from migration.services.flags import set_flag_share  # only this step writes

    options = context.options
    state = set_flag_share(
        name=options["name"],
        percent=options["percent"],
        allowed=options["allow"],
        denied=options["deny"],
        actor=context.actor,
        reason=options["reason"],
        now=timezone.now(),
    )
    context.stdout.write(f"{state.name} reaches {state.share.percent} % of the cohorts.")
