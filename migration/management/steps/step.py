"""What a step of ``manage.py migration`` is, and what it may use."""

import getpass
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from tqdm import tqdm

from migration.registry import iterate_specs


@dataclass(frozen=True, kw_only=True)
class Context:
    """A step's options and where it writes."""

    options: dict[str, Any]
    stdout: TextIO

    @property
    def actor(self) -> str:
        return f"shell:{getpass.getuser()}"

    @property
    def names(self) -> list[str]:
        """Return the dataset that was named, or all."""
        return [self.options["dataset"]] if self.options.get("dataset") else list_dataset_names()

    def print(self, report: dict[str, Any]) -> None:
        """Write a report as one line of JSON or, for people, one line per entry."""
        if self.options.get("json"):
            self.stdout.write(json.dumps(report, default=str))
            return
        for name, value in report.items():
            is_nested = isinstance(value, dict)
            self.stdout.write(f"{name}: {'' if is_nested else value}")
            for key, detail in value.items() if is_nested else ():
                self.stdout.write(f"  {key}: {detail}")

    def show_progress(self, *, of: str, unit: str = " rows") -> Any:
        """Return a progress bar; it stays silent for machines."""
        return tqdm(desc=of, unit=unit, disable=self.options.get("json") or not sys.stderr.isatty())


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step: its arguments and what it does."""

    name: str
    help: str
    run: Callable[[Context], None]
    add_arguments: Callable[[ArgumentParser], None]


STEPS: dict[str, Step] = {}


def step(
    name: str, help_text: str, add_arguments: Callable[[ArgumentParser], None] = lambda _parser: None
) -> Callable[[Callable[[Context], None]], Callable[[Context], None]]:
    """Register a function as a step."""

    def register(run: Callable[[Context], None]) -> Callable[[Context], None]:
        STEPS[name] = Step(name=name, help=help_text, run=run, add_arguments=add_arguments)
        return run

    return register


def list_dataset_names() -> list[str]:
    return [spec.name for spec in iterate_specs()]


def add_dataset(parser: ArgumentParser, *, is_optional: bool = True) -> None:
    """Add the dataset's argument; left out it means all."""
    if is_optional:
        parser.add_argument("dataset", nargs="?", choices=list_dataset_names(), help="default: all")
    else:
        parser.add_argument("dataset", choices=list_dataset_names())
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of text")


def add_change(parser: ArgumentParser) -> None:
    """Add the arguments of a step that changes datasets."""
    add_dataset(parser)
    parser.add_argument("--reason", required=True, help="kept in the audit trail")
