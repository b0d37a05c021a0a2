"""Attachments are fetched safely, kept once, and said to be missing where they are."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select

from adapters.memory.network import MemoryNetwork
from adapters.memory.settings import MemorySourceSettings
from adapters.memory.source import MemorySource
from bridge import attachment_fetch, attachments, media_types
from bridge.app import App, AttachmentPolicy, SourceSetup
from bridge.attachment_files import State, keep, path_of
from bridge.cases.policy import CasePolicy
from bridge.errors import AuthError, ConfigError, Refused, Transient
from bridge.faults import Faults
from bridge.store import schema
from bridge.store.tables import MessageRow
from bridge.triage.rules import RuleSet
from identity.policy import IdentityPolicy
from tests.adapters.file.exports import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.store.store import Store

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
PDF = b"%PDF-1.7\n" + b"x" * 5_000


class Media(BaseHTTPRequestHandler):
    """A media host; ``/status/NNN`` answers so, ``/to/…`` redirects there, ``/endless`` never ends by itself."""

    def do_GET(self) -> None:
        """Answer."""
        if self.path.startswith("/status/"):
            self._answer(int(self.path[8:11]), b"")
        elif self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(10_000):
                    self.wfile.write(PNG * 100)
            except OSError:
                return
        else:
            self._answer(200, {"/a.png": PNG, "/b.pdf": PDF, "/page": b"<html><script>"}[self.path])

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def host() -> Iterator[str]:
    """Run a media host on the loopback; give its name and port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Media) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def world(store: Store, folder: Path, clock: FixedClock, **policy: Any) -> Iterator[App]:  # noqa: ANN401 - any setting
    """Compose what fetching needs: an export folder with its source."""
    (folder / "exports").mkdir(exist_ok=True)
    (folder / "exports" / "a.csv").write_text("id,text\n1,a\n")
    source = connect(folder, "exports/*.csv", network="x")
    yield App(
        organisation="Shop",
        environment="test",
        folder=folder,
        store=store,
        clock=clock,
        sources={"shop": SourceSetup(name="shop", source=source)},
        targets={},
        syncs={},
        rules=lambda: RuleSet.from_body({}),
        cases=CasePolicy.model_validate({}),
        identity=IdentityPolicy.model_validate({}),
        attachments=AttachmentPolicy(**policy),
    )


def want(store: Store, *files: dict[str, Any], received_at: datetime | None = None) -> None:
    """Store a message of the connection ``shop`` with these attachments."""
    empty = {"url": "", "path": "", "name": "", "mime": "", "size": None, "state": "wanted", "reason": "", "sha256": ""}
    at = received_at or datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    message = MessageRow(
        id=1,
        key="x//1",
        network="x",
        connection="shop",
        direction="in",
        kind="post",
        public=True,
        hash="h",
        received_at=at,
    )
    with store.write("test") as connection:
        connection.execute(schema.message.insert().values(message.model_dump()))
        rows = [{**empty, "message_id": 1, "position": place, **file} for place, file in enumerate(files)]
        connection.execute(schema.attachment.insert(), rows)


def states(store: Store) -> list[tuple[str, str]]:
    with store.read() as connection:
        table = schema.attachment
        rows = connection.execute(select(table.c.state, table.c.reason).order_by(table.c.position))
        return [(row.state, row.reason) for row in rows]


def fetched(url: str, folder: Path, **policy: Any) -> Any:  # noqa: ANN401 - any setting
    with httpx.Client() as client:
        return attachment_fetch.from_web(url, folder=folder, policy=AttachmentPolicy(**policy), client=client)


def test_wanted_files_are_fetched_from_the_web_and_from_the_export(
    store: Store, tmp_path: Path, clock: FixedClock, host: str
) -> None:
    with world(store, tmp_path, clock, hosts=(host,)) as app:
        (tmp_path / "exports" / "b.pdf").write_bytes(PDF)
        want(store, {"url": f"http://{host}/a.png"}, {"path": "exports/b.pdf"}, {"path": "exports/gone.pdf"})
        assert attachments.fetch_all(app) == {"fetched": 2, "gone": 1}
        assert attachments.fetch_all(app) == {}
    with store.read() as connection:
        first, second, _ = connection.execute(select(schema.attachment).order_by(schema.attachment.c.position)).all()
    assert (first.mime, first.size, first.sha256) == ("image/png", len(PNG), sha256(PNG).hexdigest())
    assert path_of(tmp_path, first.sha256).read_bytes() == PNG
    assert path_of(tmp_path, second.sha256).read_bytes() == PDF


def test_no_transaction_is_open_while_a_file_is_fetched(
    store: Store, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a slow host would keep everybody else from writing."""
    with world(store, tmp_path, clock) as app:
        want(store, {"path": "exports/a.csv"})
        real = attachment_fetch.from_file

        def looking(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - as the real one
            assert store.engine.pool.checkedout() == 0  # type: ignore[attr-defined] # of the pools that are used
            return real(*args, **more)

        monkeypatch.setattr(attachment_fetch, "from_file", looking)
        attachments.fetch_all(app)
    assert states(store)[0][0] == "bad_type"


def test_only_as_many_as_asked_for_are_fetched(store: Store, tmp_path: Path, clock: FixedClock) -> None:
    with world(store, tmp_path, clock) as app:
        (tmp_path / "exports" / "b.pdf").write_bytes(PDF)
        want(store, *({"path": "exports/b.pdf"} for _ in range(50)))
        assert attachments.fetch_all(app, limit=30) == {"fetched": 30}
        assert len(attachments.pending(store, limit=100)) == 20
        assert attachments.fetch_all(app) == {"fetched": 20}


@pytest.mark.parametrize(
    "path",
    [
        "../outside.pdf",
        "exports/../../outside.pdf",
        "outside.pdf",
        "/etc/hostname",
        "exports/link.pdf",
        "exports/.hidden.pdf",
        "exports/casebridge.yaml",
    ],
)
def test_nothing_outside_the_export_is_read(store: Store, tmp_path: Path, clock: FixedClock, path: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    with world(store, project, clock) as app:
        for place in (tmp_path / "outside.pdf", project / "outside.pdf", project / "exports" / ".hidden.pdf"):
            place.write_bytes(PDF)
        (project / "exports" / "casebridge.yaml").write_text("organisation: Shop")
        (project / "exports" / "link.pdf").symlink_to(tmp_path / "outside.pdf")
        want(store, {"path": path})
        assert attachments.fetch_all(app) == {"failed": 1}


def test_a_connection_that_is_gone_reads_no_files(store: Store, tmp_path: Path, clock: FixedClock) -> None:
    with world(store, tmp_path, clock) as app:
        (tmp_path / "exports" / "b.pdf").write_bytes(PDF)
        want(store, {"path": "exports/b.pdf"})
        object.__setattr__(app, "sources", {})
        assert attachments.fetch_all(app) == {"failed": 1}


def test_a_file_that_is_said_to_be_too_large_is_not_asked_for(store: Store, tmp_path: Path, clock: FixedClock) -> None:
    with world(store, tmp_path, clock, max_bytes=100) as app:
        want(store, {"url": "https://media.example/a.png", "size": 101})
        assert attachments.fetch_all(app) == {"too_large": 1}


def test_a_silent_host_is_asked_once_a_round_and_given_up_after_days(
    store: Store, tmp_path: Path, clock: FixedClock, host: str
) -> None:
    with world(store, tmp_path, clock, hosts=(host,)) as app:
        want(store, {"url": f"http://{host}/status/503"}, {"url": f"http://{host}/a.png"})
        assert attachments.fetch_all(app) == {"wanted": 2}
        assert states(store)[0] == ("wanted", "127.0.0.1 answers 503")
        clock.forward(timedelta(days=3))
        assert attachments.fetch_all(app) == {"failed": 2}


def test_a_full_disk_leaves_files_wanted(
    store: Store, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    with world(store, tmp_path, clock) as app:
        (tmp_path / "exports" / "b.pdf").write_bytes(PDF)
        want(store, {"path": "exports/b.pdf"})
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            assert attachments.fetch_all(app) == {"wanted": 1}
        assert not list((tmp_path / "attachments").iterdir())
        assert attachments.fetch_all(app) == {"fetched": 1}


@pytest.mark.parametrize(
    ("path", "state", "words"),
    [
        ("/status/404", State.GONE, "answers 404"),
        ("/status/410", State.GONE, "answers 410"),
        ("/status/403", State.FAILED, "answers 403"),
        ("/endless", State.TOO_LARGE, "more than 10000 bytes"),
        ("/page", State.BAD_TYPE, "text/html"),
        ("/to//a.png", State.FETCHED, ""),
        ("/to//to//to//to//a.png", State.FAILED, "more than 3 redirects"),
        ("/to/http://evil.example/a.png", State.FAILED, "redirects to another host"),
        ("/to/file:///etc/passwd", State.FAILED, "redirects to another host"),
    ],
)
def test_every_answer_of_a_host_has_its_state(tmp_path: Path, host: str, path: str, state: State, words: str) -> None:
    result = fetched(f"http://{host}{path}", tmp_path, hosts=(host,), max_bytes=10_000)
    assert result.state is state
    assert words in result.reason
    assert not list(tmp_path.rglob(".part-*"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://other.example/a.png", "not among the media hosts"),
        ("https://media.example.evil.example/a.png", "not among the media hosts"),
        ("https://media.example:8443/a.png", "not among the media hosts"),
        ("https://user:secret@media.example/a.png", "carries a password"),
        ("ftp://media.example/a.png", "no web address"),
        ("file:///etc/passwd", "no web address"),
        ("not an address", "no web address"),
        ("https://cdn.media.example/a.png", "leads to a private address"),
        ("http://169.254.169.254/latest/meta-data", "leads to a private address"),
        ("http://[::1]/a.png", "leads to a private address"),
    ],
)
def test_addresses_from_strangers_are_not_trusted(
    tmp_path: Path, url: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answered(name: str, port: int, **_more: object) -> list[Any]:
        address = {"cdn.media.example": "10.0.0.7"}.get(name, name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answered)
    hosts = ("media.example", "*.media.example", "169.254.*", "::*")
    result = fetched(url, tmp_path, hosts=hosts)
    assert result.state is State.FAILED
    assert words in result.reason


def test_a_host_without_address_may_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_args: object, **_more: object) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(Transient, match=r"media\.example has no address"):
        fetched("https://media.example/a.png", tmp_path, hosts=("media.example",))


def test_equal_files_are_kept_once(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        result = keep(tmp_path, [PNG[:50], PNG[50:]], name=name, max_bytes=1_000, types=("image/*",))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [result.sha256[2:]]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PNG, "a.txt", "image/png"),
        (b"\xff\xd8\xff\xe0", "", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "image/webp"),
        (b"\x00\x00\x00\x18ftypmp42", "", "video/mp4"),
        (b"%PDF-1.4", "invoice", "application/pdf"),
        (b"MZ\x90\x00", "picture.png", "application/x-msdownload"),
        (b"  <!DOCTYPE html>", "picture.png", "text/html"),
        (b"<svg onload=alert(1)>", "picture.svg", "text/html"),
        ("Grüße".encode(), "note.txt", "text/plain"),
        (b"SECRET=1", "settings.cfg", "application/octet-stream"),
        (b"a\x00b", "note.txt", "application/octet-stream"),
        (b"", "empty.txt", "text/plain"),
    ],
)
def test_types_are_told_by_content(content: bytes, name: str, kind: str) -> None:
    assert media_types.sniff(content, name) == kind


def test_without_listed_hosts_nothing_is_fetched_from_the_web(tmp_path: Path) -> None:
    """Without listed hosts no stranger can make us ask anywhere."""
    assert fetched("https://media.example/a.png", tmp_path).state is State.FAILED


class Mailbox(MemorySource):
    """A source that has the files itself."""

    def __init__(self, network: MemoryNetwork) -> None:
        """Hold one picture."""
        super().__init__("shop", network)
        self.held = {"mid:1/0": PNG}
        self.silent = False

    def attachment(self, url: str) -> bytes | None:
        """Return a file."""
        if self.silent:
            message = "the mailbox does not answer"
            raise Transient(message)
        return self.held.get(url)


def test_a_source_that_has_its_files_itself_is_asked_for_them(store: Store, tmp_path: Path, clock: FixedClock) -> None:
    box = Mailbox(MemoryNetwork(MemorySourceSettings(), clock, Faults({})))
    with world(store, tmp_path, clock) as exports:
        app = replace(exports, sources={"shop": SourceSetup(name="shop", source=box)})
        want(store, {"url": "mid:1/0", "name": "a.png"}, {"url": "mid:2/0"})
        box.silent = True
        assert attachments.fetch_all(app) == {"wanted": 2}
        box.silent = False
        assert attachments.fetch_all(app) == {"fetched": 1, "gone": 1}
    with store.read() as connection:
        first = connection.execute(select(schema.attachment).order_by(schema.attachment.c.position)).first()
    assert first is not None
    assert path_of(tmp_path, first.sha256).read_bytes() == PNG


class Failing(Mailbox):
    """A source that cannot give one of its files, for some reason."""

    error: Exception

    def attachment(self, url: str) -> bytes | None:
        """Fail for the first file."""
        if url == "mid:0/0":
            raise self.error
        return super().attachment(url)


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (AuthError("shop is not signed in."), {"wanted": 2}),
        (ConfigError("There is no such folder."), {"wanted": 2}),
        (Refused("The file is locked."), {"failed": 1, "fetched": 1}),
        (ValueError("what nobody has thought of"), {"failed": 1, "fetched": 1}),
    ],
)
def test_a_file_that_its_source_cannot_give_stops_nothing_else(
    store: Store, tmp_path: Path, clock: FixedClock, error: Exception, counts: dict[str, int]
) -> None:
    box = Failing(MemoryNetwork(MemorySourceSettings(), clock, Faults({})))
    box.error = error
    with world(store, tmp_path, clock) as exports:
        app = replace(exports, sources={"shop": SourceSetup(name="shop", source=box)})
        want(store, {"url": "mid:0/0", "name": "b.png"}, {"url": "mid:1/0", "name": "a.png"})
        assert attachments.fetch_all(app) == counts
    with store.read() as connection:
        reasons = connection.execute(select(schema.attachment.c.reason)).scalars().all()
    assert any(str(error) in reason for reason in reasons)
