"""The client of the load bench: posts prepared batches one after the other over one connection, at most at a pace."""

import sys
import time
from pathlib import Path

import httpx
import orjson


def send(path: Path) -> dict[str, float]:
    """Post every body, no sooner than the plan's pace (seconds between starts) asks; return what was created and when.

    Raises:
        RuntimeError: on the first answer that is not a full acceptance.
    """
    plan = orjson.loads(path.read_bytes())
    bodies = [orjson.dumps(body) for body in plan["bodies"]]
    headers = {"Authorization": plan["authorization"], "Content-Type": "application/json"}
    created = 0
    started = time.perf_counter()
    with httpx.Client(base_url=plan["address"], headers=headers, timeout=60) as client:
        for number, body in enumerate(bodies):
            time.sleep(max(0.0, started + number * plan["pace"] - time.perf_counter()))
            response = client.post("/api/v1/interactions", content=body)
            answer = response.json()
            if response.status_code != httpx.codes.OK or answer["rejected"]:
                raise RuntimeError(f"refused with {response.status_code}: {response.text[:500]}")
            created += answer["created"]
    return {"created": created, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(send(Path(sys.argv[1]))))
