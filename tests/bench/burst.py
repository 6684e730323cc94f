"""A thousand chats at once against the web process of ``make run``, with a model that takes 300 ms.

Each burst asks of creators nobody asked of before: nothing is kept of them. Then the same is asked again.
"""

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import fmean, median
from typing import Any

import orjson

from creators.models import Creator, User
from creators.samples.generator import generate_samples
from memory.models import ConversationTurn
from tests.bench.environment import ROOT
from tests.bench.filling import HANDLE, fill_creator, settle_tables, write_questions
from tests.bench.measuring import Figure, at_most, get_percentile, judge
from tests.bench.processes import create_key, running
from tests.bench.tables import create_creators, empty_stores

CONNECTIONS = 1_000
CREATORS = 4  # of a burst
BURSTS = 3
WARM_UP = 20
MEAN_SECONDS = at_most(2)
P95_SECONDS = at_most(3)
Answer = tuple[int, float, bool]


def measure() -> list[Figure]:
    empty_stores()
    samples = generate_samples()
    create_creators(samples)
    handles = list(_fill(samples))
    settle_tables()
    authorization = create_key(User.objects.get(username="bench"))
    with _stub_model() as url:
        os.environ |= {"CLAUDE_API_KEY": "bench", "CLAUDE_BASE_URL": url, "WEB_CONCURRENCY": "2"}  # as ``make run``
        os.environ["CONCURRENT_CALLS_PER_CREATOR"] = str(CONNECTIONS)
        try:
            with running("web") as (_, address):
                plan = {"address": address, "authorization": authorization}
                first, *others = [handles[place : place + CREATORS] for place in range(0, len(handles), CREATORS)]
                _burst(plan, first, samples, count=WARM_UP)  # the first requests load the SDK
                fresh = [_burst(plan, some, samples, count=CONNECTIONS) for some in others]
                again = [_burst(plan, some, samples, count=CONNECTIONS) for some in others]
        finally:
            os.environ |= {"CLAUDE_API_KEY": "", "CLAUDE_BASE_URL": "", "WEB_CONCURRENCY": "1"}
    assert ConversationTurn.objects.filter(is_degraded=False).count() == 2 * BURSTS * CONNECTIONS + WARM_UP
    return [
        *_describe(f"{CONNECTIONS:,} chats at once, model of 300 ms", fresh),
        *_describe("the same again, asked within minutes", again),
    ]


def _fill(samples: Any) -> Iterator[str]:
    """Fill creators of one owner and yield their handles."""
    owner = User.objects.get(username="bench")
    first = Creator.objects.get(handle=HANDLE)
    for number in range((1 + BURSTS) * CREATORS):
        handle = f"burst{number}"
        creator = Creator.objects.create(
            owner=owner, handle=handle, display_name=handle, created_at=first.created_at, updated_at=first.updated_at
        )
        fill_creator(samples=samples, creator_id=creator.pk, handle=handle)
        yield handle


def _burst(plan: dict[str, Any], handles: list[str], samples: Any, *, count: int) -> list[Answer]:
    answerable = (one for one in write_questions(samples=samples) if "quantum" not in one)
    questions = itertools.islice(answerable, count)
    bodies = [{"creator": handles[n % len(handles)], "question": one} for n, one in enumerate(questions)]
    path = ROOT / "burst.json"
    path.write_bytes(orjson.dumps({**plan, "bodies": bodies}))
    command = [sys.executable, "-m", "tests.bench.burst_client", str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    return [(status, seconds, is_whole) for status, seconds, is_whole in orjson.loads(done.stdout)]


@contextmanager
def _stub_model() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.stub_model", str(port)])
    try:
        time.sleep(1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _describe(name: str, bursts: list[list[Answer]]) -> list[Figure]:
    means = [fmean(seconds for _, seconds, _ in one) for one in bursts]
    highs = [get_percentile([seconds for _, seconds, _ in one], 95) for one in bursts]
    failed = sum(status != 200 or not is_whole for one in bursts for status, _, is_whole in one)
    return [
        judge(name=f"{name}: not answered by it", value=failed, unit="", bound=at_most(0)),
        judge(name=f"{name}: mean", value=median(means), unit="s", bound=MEAN_SECONDS, note=f"{BURSTS} bursts"),
        judge(name=f"{name}: p95", value=median(highs), unit="s", bound=P95_SECONDS),
    ]
