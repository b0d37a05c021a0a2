"""Thousands of calls, some twice, some out of order, some of strangers, while the receiver is killed: each is stored once."""

from __future__ import annotations

import random
import socket
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import orjson
import pytest
from sqlalchemy import select

from benchmarks.receiver.load import Posted, post
from bridge.errors import Exit
from bridge.ledger import ledger
from bridge.signatures import sign
from bridge.store import schema
from cli import compose
from tests.project import begin, casebridge, put, write_project
from tests.web.conftest import HOOK, SECRET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

KILLS = 2


def events(count: int, chance: random.Random) -> tuple[list[Posted], set[str]]:
    """Return calls and the ids that they bring: a tenth comes twice, a tenth out of order, a twentieth from strangers."""
    start = datetime.now(UTC) - timedelta(seconds=count)
    made, valid = [], set()
    for number in range(count):
        text = {"id": str(number), "text": f"Where is order A{number:05}?", "author": {"id": str(number % 997)}}
        body = orjson.dumps(text | {"sent_at": (start + timedelta(seconds=number)).isoformat(), "kind": "direct"})
        stranger = chance.random() < 0.05
        call = signed(number, body, "somebody-elses-secret" if stranger else SECRET)
        made.append(call)
        if not stranger:
            valid.add(str(number))
        if chance.random() < 0.1:
            made.append(call)
    for _ in range(count // 10):
        one, other = chance.randrange(len(made)), chance.randrange(len(made))
        made[one], made[other] = made[other], made[one]
    return made, valid


def signed(number: int, body: bytes, secret: str) -> Posted:
    """Return a call as Standard Webhooks."""
    at = str(int(time.time()))
    signature = sign(secret.encode(), b".".join((str(number).encode(), at.encode(), body)), encoding="base64")
    headers = {"webhook-id": str(number), "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}
    return Posted("/hooks/shop", headers, body)


def serve(folder: Path, port: int) -> ForkServerProcess:
    """Begin to receive, and return once calls are answered."""
    process = begin(folder, "serve", "--port", str(port), "--per-second", "100000", HOOK_SECRET=SECRET)
    for _ in range(600):
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.05)
    message = "the receiver does not answer"
    raise AssertionError(message)


def blow(folder: Path, calls: Sequence[Posted], chance: random.Random) -> Counter[int]:
    """Post every call until it is answered, as vendors do; kill the receiver twice meanwhile. Returns what was answered."""
    told: Counter[int] = Counter()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = serve(folder, port)
    left = list(calls)
    for _ in range(KILLS):
        last = chance.randrange(1, len(left) // 2)
        answers = post(port, left, connections=10, answered=partial(_kill_at, process, last))
        process.join()
        told.update(answers.statuses.values())
        left = [call for number, call in enumerate(left) if not answers.statuses[number]]
        process = serve(folder, port)
    while left:
        answers = post(port, left, connections=10)
        told.update(answers.statuses.values())
        left = [call for number, call in enumerate(left) if not answers.statuses[number]]
    process.terminate()
    process.join()
    return told


def _kill_at(process: ForkServerProcess, last: int, number: int) -> None:
    if number == last:
        process.kill()


@pytest.mark.parametrize("count", [600, pytest.param(20_000, marks=pytest.mark.soak)])
def test_every_signed_event_is_stored_once_and_no_other(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    chance = random.Random(7)
    folder = write_project(tmp_path / "project")
    put(folder, "0.jsonl", [])
    file = folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("targets:", f"{HOOK}targets:"))
    calls, valid = events(count, chance)
    told = blow(folder, calls, chance)
    strangers = sum(orjson.loads(call.body)["id"] not in valid for call in calls)
    assert told[0], "no call was broken off by a kill"
    assert {code: number for code, number in told.items() if code} == {200: len(calls) - strangers, 401: strangers}
    assert casebridge(folder, "sync", HOOK_SECRET=SECRET).returncode == Exit.OK
    app = compose(folder)
    with app.store.read() as connection:
        stored = list(connection.execute(select(schema.message.c.key)).scalars())
    assert sorted(stored) == sorted(f"reviews//{id_}" for id_ in valid)
    assert ledger(app).balanced
    app.close()
