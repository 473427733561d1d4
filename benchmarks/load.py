"""A load generator for loopback: prepared requests over keep-alive connections, latencies measured.

Runs as a process of its own (`python -m benchmarks.load`), reads its plan from standard input and
prints the result as JSON. It stops by itself after the seconds planned.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import uvloop

MOST_SECONDS = 60
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@dataclass(frozen=True)
class Result:
    """What a run measured; latencies in milliseconds."""

    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests answered with 2xx, a second."""
        return (self.requests - self.failed) / self.seconds


def run(port: int, bodies: list[bytes], *, path: str, connections: int, seconds: float) -> Result:
    """Send prepared POST bodies in turn for some seconds from another process."""
    plan = {
        "port": port,
        "bodies": [body.decode() for body in bodies],
        "path": path,
        "connections": connections,
        "seconds": min(seconds, MOST_SECONDS),
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS * 2,
        check=True,
    )
    return Result(**json.loads(done.stdout))


class Client(asyncio.Protocol):
    """One connection that sends the next request when the last was answered."""

    def __init__(self, share: Share, number: int) -> None:
        self.share = share
        self.number = number
        self.begun = 0.0
        self.left = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        data = self.left + data
        head, end, body = data.partition(b"\r\n\r\n")
        length = _content_length(head)
        if not end or len(body) < length:
            self.left = data
            return
        self.left = b""
        self.share.latencies.append(time.perf_counter() - self.begun)
        if data[9:10] != b"2":
            self.share.failed += 1
        if time.perf_counter() < self.share.deadline:
            self._next()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.share.open -= 1
        if not self.share.open:
            self.share.done.set_result(None)

    def _next(self) -> None:
        requests = self.share.requests
        self.number = (self.number + 1) % len(requests)
        self.begun = time.perf_counter()
        self.transport.write(requests[self.number])


class Share:
    """What all connections share."""

    def __init__(self, plan: dict[str, Any], done: asyncio.Future[None]) -> None:
        self.requests = [_request(plan["path"], body.encode()) for body in plan["bodies"]]
        self.latencies: list[float] = []
        self.failed = 0
        self.open = plan["connections"]
        self.done = done
        self.deadline = time.perf_counter() + plan["seconds"]


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nUser-Agent: {AGENT}\r\n"
        "Accept-Language: en-GB,en;q=0.9\r\nOrigin: https://shop.example\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _content_length(head: bytes) -> int:
    lower = head.lower()
    start = lower.find(b"content-length:")
    return int(lower[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0


async def _main(plan: dict[str, Any]) -> Result:
    loop = asyncio.get_running_loop()
    share = Share(plan, loop.create_future())
    begun = time.perf_counter()
    step = max(1, len(share.requests) // plan["connections"])
    for number in range(plan["connections"]):
        await loop.create_connection(lambda n=number: Client(share, n * step), "127.0.0.1", plan["port"])
    await share.done
    seconds = time.perf_counter() - begun
    ordered = sorted(share.latencies)
    count = len(ordered)
    return Result(count, share.failed, seconds, ordered[count // 2] * 1000, ordered[int(count * 0.99)] * 1000)


if __name__ == "__main__":
    print(json.dumps(vars(uvloop.run(_main(json.load(sys.stdin))))))
