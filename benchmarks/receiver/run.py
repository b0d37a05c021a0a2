"""Measure the receiver of webhooks beside a bare FastAPI endpoint: rate and time to the answer, in one run.

``python -m benchmarks.receiver.run --calls 20000 --connections 20 --waiting 200000``. All are processes of their own with
the same server; the calls are signed events of 1 kB, prepared before. The receiver checks each signature and has each body on
the disk before it answers; the bare endpoint only reads and answers. It is measured with an empty inbox, and with one in which
``--waiting`` calls wait for a sync.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.receiver.load import Posted, post
from bridge.contracts import HookRequest
from bridge.inbox import FILE, Call, Inbox
from bridge.signatures import sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.receiver.load import Answers

SECRET = "a-secret-of-the-benchmark"  # noqa: S105 - invented
ROOT = Path(__file__).resolve().parents[2]
PROJECT = """\
organisation: bench
sources:
  shop: {type: webhook, secret: "${HOOK_SECRET}", network: reviews}
targets:
  desk: {type: desk}
"""


def calls(count: int) -> list[Posted]:
    """Return signed events, each different."""
    made = []
    for number in range(count):
        body = orjson.dumps({"id": str(number), "text": "Where is my parcel? " * 45, "kind": "review"})
        at = str(int(time.time()))
        signed = b".".join((str(number).encode(), at.encode(), body))
        signature = sign(SECRET.encode(), signed, encoding="base64")
        headers = {"webhook-id": str(number), "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}
        made.append(Posted("/hooks/shop", headers, body))
    return made


@contextmanager
def serving(command: list[str], port: int, **environment: str) -> Iterator[None]:
    """Run a server until the end of the block."""
    process = subprocess.Popen(  # noqa: S603 - our own
        command, env={**os.environ, **environment}, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def fill(folder: Path, count: int) -> None:
    """Let so many calls wait in the inbox of a project."""
    inbox, now = Inbox(folder / FILE), datetime.now(UTC)
    body = orjson.dumps({"text": "Where is my parcel? " * 45})
    with inbox.writing() as connection:
        for start in range(0, count, 5_000):
            numbers = range(start, min(start + 5_000, count))
            request = HookRequest("POST", "/hooks/shop", {}, {}, body)
            inbox.keep(connection, [Call("shop", now, request, f"waiting-{number}") for number in numbers])


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--waiting", type=int, default=200_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casebridge-bench-") as name:
        folder = Path(name)
        (folder / "casebridge.yaml").write_text(PROJECT, encoding="utf-8")
        shutil.copy(ROOT / "config" / "starter" / "triage.yaml", folder)
        program = [sys.executable, "-c", "import cli; cli.run()", "--project", name, "serve", "--per-second", "1000000"]
        measured = {}
        full = f"casebridge, {wanted.waiting:,} calls waiting"
        bare = [sys.executable, "-m", "benchmarks.receiver.bare"]
        for label, command in (("bare", bare), ("casebridge", program), (full, program)):
            port = free_port()
            where = [str(port)] if command is bare else ["--port", str(port)]
            if label == full:
                fill(folder, wanted.waiting)
            with serving([*command, *where], port, HOOK_SECRET=SECRET):
                post(port, calls(200), connections=wanted.connections)
                measured[label] = post(port, calls(wanted.calls), connections=wanted.connections)
    tell(measured)


def tell(measured: dict[str, Answers]) -> None:
    """Print a table; ratios are of this run."""
    table = Table("server", "calls/s", "x bare", "p50 ms", "p99 ms", "x bare", title="webhook calls")
    bare = measured["bare"]
    for label, answers in measured.items():
        if set(answers.statuses.values()) != {200}:
            raise SystemExit(f"{label} did not take every call: {set(answers.statuses.values())}")
        rate, slow = len(answers.seconds) / answers.wall, answers.percentile(0.99)
        table.add_row(
            label,
            f"{rate:,.0f}",
            f"{rate / (len(bare.seconds) / bare.wall):.2f}",
            f"{answers.percentile(0.5) * 1000:.1f}",
            f"{slow * 1000:.1f}",
            f"{slow / bare.percentile(0.99):.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
