"""The model of returns: fit it, show how good it is, or try the method on SYNTHETIC history."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from memory.errors import PredictionRefused
from memory.prediction.backtest import guess_boosted, run_backtest
from memory.prediction.synthetic import make_history
from memory.queries.predictions import get_latest_model, measure_live
from memory.services.prediction.training import find_refusal, fit_return_model, write_report
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = (
        "fit: fit the model on the outcomes that are known. report: its backtest, and how predictions turned out."
        " synthetic: backtest the method on made-up history; nothing is stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["fit", "report", "synthetic"])
        parser.add_argument("--examples", type=int, default=600, help="how many made-up collaborations")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same history")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["action"] == "synthetic":
            self._try_synthetic(options["examples"], options["seed"])
            return
        if options["action"] == "fit":
            try:
                fit_return_model(now=timezone.now())
            except PredictionRefused as refused:
                raise CommandError(str(refused)) from refused
        self._report()

    def _report(self) -> None:
        model = get_latest_model()
        if model is None:
            raise CommandError("No model was fitted yet.")
        self.stdout.write(f"model {model.pk}, fitted {model.fitted_at:%Y-%m-%d %H:%M} on {model.examples} outcomes")
        self.stdout.write(model.refusal or "in force")
        self._print(model.report)
        live = measure_live(model=model)
        if live.error is not None and live.inside is not None:
            self.stdout.write(f"{live.predictions} came true: error {live.error:.3f}, within bounds {live.inside:.0%}")

    def _try_synthetic(self, examples: int, seed: int) -> None:
        self.stdout.write(f"SYNTHETIC history: {examples} made-up collaborations, seed {seed}")
        try:
            backtest = run_backtest(make_history(examples=examples, seed=seed), others={"boosted trees": guess_boosted})
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(find_refusal(backtest) or "would be in force")
        self._print(write_report(backtest))

    def _print(self, report: dict[str, Any]) -> None:
        self.stdout.write(f"{'':28} {'cases':>6} {'error':>7} {'naive':>7} {'gain':>6} {'inside':>7}")
        for name, row in {"all": report["total"], **report["segments"]}.items():
            inside = "" if row["inside"] is None else f"{row['inside']:.0%}"
            self.stdout.write(
                f"{name:28} {row['examples']:6} {row['error']:7.3f} {row['naive_error']:7.3f}"
                f" {row['gain']:6.0%} {inside:>7}"
            )
        for name, error in report["others"].items():
            self.stdout.write(f"{name:28} {'':6} {error:7.3f}")
        for number, row in enumerate(report["calibration"], start=1):
            self.stdout.write(f"fifth {number}: said {row['predicted']:6.2f}, came {row['actual']:6.2f}")
