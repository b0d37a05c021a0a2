"""``casebridge serve`` as a process: what is told of it holds, and however it ends, what was answered is there."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pytest
from typer.testing import CliRunner

import cli
from bridge.clock import SystemClock
from bridge.hooked import inbox_of
from tests.docs.pages import blocks
from tests.project import begin
from tests.source_tree import ROOT
from tests.web.conftest import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

PAGE = {block.file: block.text for block in blocks(ROOT / "docs" / "how-to" / "receive-webhooks.md") if block.file}
SECRET = "twenty-letters-at-least"
REVIEW = '{"id": "1", "text": "Never again.", "kind": "review", "rating": 1}'


class Served:
    """A project whose receiver runs in a process of its own."""

    def __init__(self, folder: Path, port: int, process: ForkServerProcess) -> None:
        """Wait until it answers."""
        self.folder, self.port, self.process = folder, port, process
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}")
        for _ in range(600):
            try:
                self.client.get("/ready").raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return
        pytest.fail("the receiver does not answer")

    def close(self) -> None:
        """Call no more."""
        self.client.close()

    def begin(self, body: bytes) -> socket.socket:
        """Send a signed call but for the last byte of its body."""
        headers = Caller(self.client, SystemClock(), SECRET).signed(body) | {"Content-Length": str(len(body))}
        lines = ["POST /hooks/shop HTTP/1.1", "Host: here", *(f"{name}: {value}" for name, value in headers.items())]
        caller = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        caller.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body[:-1])
        return caller

    def ended(self) -> int | None:
        """Wait for its end; returns how it ended."""
        self.process.join(30)
        return self.process.exitcode

    def bodies(self) -> list[bytes]:
        """Return what waits in the inbox."""
        app = cli.compose(self.folder)
        kept = [each.request.body for each in inbox_of(app).waiting("shop", 100)]
        app.close()
        return kept


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Return the project of the page, received for."""
    monkeypatch.setenv("SHOP_SECRET", SECRET)
    folder = tmp_path / "my-brand"
    assert CliRunner().invoke(cli.main, ["init", str(folder)]).exit_code == 0
    (folder / "casebridge.yaml").write_text(PAGE["casebridge.yaml"])
    (tmp_path / "post.py").write_text(PAGE["post.py"])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = begin(folder, "serve", "--port", str(port), SHOP_SECRET=SECRET)
    try:
        with closing(Served(folder, port, process)) as one:
            yield one
    finally:
        process.kill()
        process.join(30)


def test_who_posts_as_the_page_says_is_answered_as_it_says(served: Served, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{served.port}/hooks/shop"
    done = subprocess.run(
        [sys.executable, tmp_path / "post.py", SECRET, address, REVIEW], capture_output=True, text=True, check=True
    )
    assert done.stdout == "200\n"
    assert served.bodies() == [REVIEW.encode()]


def test_it_says_where_it_receives_also_at_a_port_that_was_free(served: Served) -> None:
    elsewhere = begin(served.folder, "serve", "--port", "0", SHOP_SECRET=SECRET)
    said = served.folder.with_name(f"{served.folder.name}.output")
    found = None
    for _ in range(600):
        found = re.search(r"Receiving at (http://127\.0\.0\.1:\d+)/hooks/shop", said.read_text())
        if found and int(found[1].rpartition(":")[2]) != served.port:
            break
        time.sleep(0.05)
    elsewhere.kill()
    elsewhere.join(30)
    assert found
    assert int(found[1].rpartition(":")[2]) not in (0, served.port)


def test_a_receiver_that_is_told_to_stop_answers_what_has_begun_and_takes_nothing_new(served: Served) -> None:
    with served.begin(REVIEW.encode()) as caller:
        os.kill(served.process.pid or 0, signal.SIGTERM)
        while not _closed(served.port):
            time.sleep(0.01)
        caller.sendall(b"}")
        assert b"200" in caller.recv(1_000).split(b"\r\n")[0]
    assert served.ended() in (0, -signal.SIGTERM)
    assert served.bodies() == [REVIEW.encode()]


def test_a_receiver_that_is_killed_has_what_it_answered_and_nothing_half(served: Served) -> None:
    with served.begin(REVIEW.encode()) as caller, served.begin(b'{"id": "2"}'):
        caller.sendall(b"}")
        assert b"200" in caller.recv(1_000).split(b"\r\n")[0]
        os.kill(served.process.pid or 0, signal.SIGKILL)
        assert served.ended() == -signal.SIGKILL
    assert served.bodies() == [REVIEW.encode()]


def _closed(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) != 0
