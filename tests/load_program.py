"""A light load generator, run as a process of its own: open-loop arrivals over keep-alive connections to loopback.

    python -m tests.load_program HOST PORT RATE SECONDS SEED < requests.json > measured.json

requests.json: `[{"head": "POST /path HTTP/1.1\\r\\n...", "body": "...", "holds": "text of a right answer"}]`, asked in
turn. Arrivals are those of a Poisson process of RATE a second: nobody waits for an answer before the next arrives, and
a latency counts from the moment of arrival, so that a stalled server cannot hide what waited. An answer that takes
longer than the time limit is a failure.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

TIMEOUT_SECONDS = 10.0
MOST_CONNECTIONS = 512


@dataclass
class Measured:
    """latencies: milliseconds of the answers; late: of the generator; wrong: answers without what they must hold.

    failed: no answer; shed: not sent, because so many connections waited.
    """

    latencies: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    failed: int = 0
    shed: int = 0
    late: list[float] = field(default_factory=list)

    def count(self, status: str) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1


class Line(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[bytes] | None = None
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.got += data
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found or self.waiting is None or self.waiting.done():
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) >= length:
            self.waiting.set_result(self.got)
            self.got = b""

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(error or ConnectionError("closed"))

    def ask(self, content: bytes) -> asyncio.Future[bytes]:
        assert self.transport is not None
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(content)
        return self.waiting


async def load(host: str, port: int, rate: float, seconds: float, seed: int, asked: list[dict[str, str]]) -> Measured:
    """Ask for so long, wait for what is under way, and tell."""
    loop, chance, told = asyncio.get_running_loop(), random.Random(seed), Measured()
    idle: list[Line] = []
    held = 0
    requests = [((one["head"] + one["body"]).encode(), one["holds"].encode()) for one in asked]

    async def one(arrived: float, content: bytes, holds: bytes) -> None:
        nonlocal held
        line = idle.pop() if idle else None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                if line is None or line.transport is None:
                    if held >= MOST_CONNECTIONS:
                        told.shed += 1
                        return
                    held += 1
                    _, line = await loop.create_connection(Line, host, port)
                answer = await line.ask(content)
        except (OSError, TimeoutError) as error:
            told.failed += 1
            told.count(type(error).__name__)
            held -= line is not None
            if line is not None and line.transport is not None:
                line.transport.abort()
            return
        told.latencies.append((perf_counter() - arrived) * 1000)
        told.count(answer[9:12].decode("ascii", "replace"))
        told.wrong += holds not in answer
        idle.append(line)

    running: set[asyncio.Task[None]] = set()
    started = due = perf_counter()
    turn = 0
    while (due := due + chance.expovariate(rate)) < started + seconds:
        if (left := due - perf_counter()) > 0:
            await asyncio.sleep(left)
        told.late.append((perf_counter() - due) * 1000)
        task = asyncio.create_task(one(due, *requests[turn % len(requests)]))
        running.add(task)
        task.add_done_callback(running.discard)
        turn += 1
    if running:
        await asyncio.wait(running, timeout=TIMEOUT_SECONDS + 1)
    return told


def summary(told: Measured) -> dict[str, Any]:
    """Percentiles in milliseconds; `late`: how far the generator itself was behind its own arrivals."""
    held = sorted(told.latencies) or [float("inf")]
    late = sorted(told.late) or [0.0]

    def at(values: list[float], share: float) -> float:
        return round(values[min(len(values) - 1, int(share * len(values)))], 2)

    percentiles = {
        name: at(held, share) for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999))
    }
    return {
        "arrived": len(told.late),
        "answered": len(told.latencies),
        **percentiles,
        "most": round(held[-1], 2),
        "late_p99": at(late, 0.99),
        "statuses": told.statuses,
        "wrong": told.wrong,
        "failed": told.failed,
        "shed": told.shed,
    }


def main() -> None:
    host, port, rate, seconds, seed = sys.argv[1:6]
    asked = json.load(sys.stdin)
    gc.disable()
    print(json.dumps(summary(asyncio.run(load(host, int(port), float(rate), float(seconds), int(seed), asked)))))


if __name__ == "__main__":
    main()
