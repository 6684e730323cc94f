"""``make bench``: measure speed and memory beside the bare tools; ``--strict`` fails when a target is missed."""

import argparse
import importlib
import sys

from tests.bench.environment import REPORT, prepare_environment, stop_stores
from tests.bench.report import Report

BENCHES = (
    "ingest",
    "capture",
    "relay",
    "backfill",
    "verify",
    "routing",
    "formation",
    "chat",
    "burst",
    "discovery",
    "standing",
    "vectors",
    "decay",
    "webhooks",
    "metering",
    "ledger",
    "load",
    "startup",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHES)} (default: all)")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    chosen = parser.parse_args()
    if unknown := sorted(set(chosen.names) - set(BENCHES)):
        parser.error(f"no bench is called {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    report = Report(path=REPORT)
    try:
        prepare_environment()
        report.print_header()
        for name in chosen.names or BENCHES:
            report.add(name, importlib.import_module(f"tests.bench.{name}").measure())
    finally:
        stop_stores()
    sys.stdout.write(f"The report is in {REPORT.relative_to(REPORT.parents[1])}.\n")
    return 1 if chosen.strict and not report.is_met else 0


if __name__ == "__main__":
    sys.exit(main())
