"""``make demo``: run the main job end to end on embedded stores, print what happened, keep ``var/demo-report.json``."""

import signal
import sys

from veri.demo.environment import REPORT, ROOT, prepare_environment, stop_stores
from veri.demo.report import Report, StepFailed


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    report = Report(path=REPORT)
    try:
        report.run("start embedded stores", lambda: f"under {prepare_environment().name}/")
        return _run_steps(report)
    except StepFailed as failure:
        sys.stderr.write(f"\nThe demo failed at: {failure}\n{failure.__cause__}\n")
        return 1
    finally:
        stop_stores()


def _run_steps(report: Report) -> int:
    from creators.samples.generator import generate_samples  # Django is set up only now
    from veri.demo.processes import Processes
    from veri.demo.steps import Demo

    processes = Processes(logs=ROOT / "log")
    demo = Demo(samples=generate_samples(), processes=processes)
    try:
        for name, step in (
            ("create the tables", demo.prepare_database),
            ("start web, worker, relay", demo.start_processes),
            ("create creators", demo.create_creators),
            ("ingest", demo.ingest),
            ("form memories", demo.form_memories),
            ("USE_MONGO on", demo.switch_mongo_on),
            ("backfill under live writes", demo.backfill),
            ("drain the relay", demo.drain),
            ("parity", demo.climb_to_shadow),
            ("shadow reads of both stores", demo.compare_reads),
            ("canary reads", demo.open_canary),
            ("cutover", demo.cut_over),
            ("ask, answered from MongoDB", demo.ask_from_mongo),
            ("stop MongoDB", demo.stop_mongo),
            ("ask again, from PostgreSQL", demo.ask_from_postgres),
            ("MongoDB back", demo.start_mongo),
            ("parity again", demo.check_parity),
            ("rollback", demo.roll_back),
            ("flags off", demo.switch_off),
            ("connect platforms", demo.connecting.connect),
            ("read the platforms", demo.connecting.synchronise),
            ("score", demo.connecting.score),
            ("board", demo.connecting.rank),
            ("agree on a campaign", demo.campaigning.agree),
            ("sign the contract", demo.campaigning.sign),
            ("hold the funds", demo.campaigning.hold),
            ("work, publish, release", demo.campaigning.work),
            ("pay out", demo.campaigning.pay_out),
            ("ask what was agreed", demo.campaigning.remember),
            ("usage", demo.meter),
            ("costs", demo.campaigning.report_costs),
        ):
            report.run(name, step)
    finally:
        processes.stop()
    sys.stdout.write(f"\nAll steps passed. The report is in {REPORT.relative_to(REPORT.parents[1])}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
