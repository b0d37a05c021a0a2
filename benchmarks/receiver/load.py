"""A caller that posts prepared calls over some connections as fast as they are answered, and notes how long each took."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Posted:
    """One call that is to be made."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    def wire(self) -> bytes:
        """Return it as HTTP/1.1."""
        lines = [f"POST {self.path} HTTP/1.1", "Host: receiver", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(slots=True)
class Answers:
    """What was answered to each call: its status, 0 where the connection broke off; and in how many seconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    wall: float = 0.0
    answered: Callable[[int], None] = lambda _: None

    def percentile(self, share: float) -> float:
        """Return the seconds within which a share of the answers came."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


def post(
    port: int, calls: Sequence[Posted], *, connections: int, answered: Callable[[int], None] = lambda _: None
) -> Answers:
    """Make all calls, in about their order; one whose connection broke off is not made again.

    ``answered`` is told after each answer how many there were.
    """
    answers = Answers(answered=answered)
    began = time.perf_counter()
    asyncio.run(_post_all(port, calls, connections, answers))
    answers.wall = time.perf_counter() - began
    return answers


async def _post_all(port: int, calls: Sequence[Posted], connections: int, answers: Answers) -> None:
    waiting = iter(enumerate(calls))
    await asyncio.gather(*(_post_some(port, waiting, answers) for _ in range(connections)))


async def _post_some(port: int, waiting: Iterator[tuple[int, Posted]], answers: Answers) -> None:
    opened: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    for number, call in waiting:
        began = time.perf_counter()
        try:
            opened = opened or await asyncio.open_connection("127.0.0.1", port)
            opened[1].write(call.wire())
            answers.statuses[number] = await _status(opened[0])
            answers.seconds.append(time.perf_counter() - began)
            answers.answered(len(answers.seconds))
        except (OSError, asyncio.IncompleteReadError):
            answers.statuses[number] = 0
            if opened is not None:
                opened[1].close()
            opened = None
            await asyncio.sleep(0.02)
    if opened is not None:
        opened[1].close()


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next((line.partition(":")[2] for line in head.split("\r\n") if line.startswith("content-length:")), "0")
    await reader.readexactly(int(length))
    return int(head.split(" ", 2)[1])
