"""The client of the burst bench, a process of its own: every request at once, each over its own connection."""

import asyncio
import resource
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import orjson


async def _ask(session: aiohttp.ClientSession, address: str, body: dict[str, str]) -> tuple[int, float, bool]:
    """Return the status, the seconds until the whole answer was there, and whether a model wrote it."""
    started = time.perf_counter()
    async with session.post(f"{address}/api/v1/assistant/chat", data=orjson.dumps(body)) as response:
        answer = await response.read()
    seconds = time.perf_counter() - started
    is_whole = response.status == 200 and not orjson.loads(answer)["degraded"]
    return response.status, seconds, is_whole


async def _burst(plan: dict[str, Any]) -> list[tuple[int, float, bool]]:
    headers = {"Authorization": plan["authorization"], "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout) as session:
        return await asyncio.gather(*(_ask(session, plan["address"], body) for body in plan["bodies"]))


def main(path: Path) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16_384, most), most))
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(_burst(orjson.loads(path.read_bytes())))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
