"""A real Bluesky network for tests: directory, server (PDS) and AppView on loopback, with a PostgreSQL of its own.

It lives in a folder of its own, which ``make servers`` makes with npm. Its clock is the machine's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.postgres import NoServerError, running_server
from tests.servers.program import NotInstalledError, dies_with_us
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(os.environ.get("CASEBRIDGE_TEST_BLUESKY", ROOT / ".servers-bluesky"))
_SCRIPT = Path(__file__).with_name("bluesky_network.cjs")
_POST = "app.bsky.feed.post"
_numbers = count(1)


class Network:
    """A running network, on which people can be invented."""

    def __init__(self, ports: dict[str, int]) -> None:
        """Use ``running``."""
        self.pds, self.appview, self.plc = (f"http://127.0.0.1:{ports[name]}" for name in ("pds", "appview", "plc"))
        self._settle = f"http://127.0.0.1:{ports['settle']}/"
        # Nothing is encrypted on loopback, and to read the certificates would take longer than the call.
        self.http = httpx.Client(verify=False, timeout=60)  # noqa: S501 - see above

    def settle(self) -> None:
        """Wait until all that was written is shown."""
        self.http.post(self._settle).raise_for_status()

    def person(self, name: str) -> Somebody:
        """Return somebody new whose handle begins with ``name``."""
        handle = f"{name}{next(_numbers)}.test"
        body = {"handle": handle, "email": f"{handle}@mail.example", "password": "the-own-password"}
        told = self.call("com.atproto.server.createAccount", body)
        return Somebody(self, told["did"], handle, told["accessJwt"])

    def call(
        self, method: str, body: object = None, *, token: str = "", query: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call the server as somebody; without a body to ask for something."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url, verb = f"{self.pds}/xrpc/{method}", "GET" if body is None else "POST"
        answer = self.http.request(verb, url, json=body, params=query, headers=headers)
        assert answer.is_success, (method, answer.text)
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told


@dataclass
class Somebody:
    """A person or a brand with an account."""

    network: Network
    did: str
    handle: str
    token: str = field(repr=False)

    def call(self, method: str, body: object = None, **query: object) -> dict[str, Any]:
        """Call as this person; without a body to ask for something."""
        return self.network.call(method, body, token=self.token, query=query or None)

    def says(
        self,
        text: str,
        *,
        to: str = "",
        mentions: Somebody | None = None,
        quotes: str = "",
        at: str = "",
        **more: object,
    ) -> str:
        """Post something and return its address. ``at``: what the author's clock says."""
        record: dict[str, Any] = {"$type": _POST, "text": text, "createdAt": at or _now(), "langs": ["en"], **more}
        if mentions is not None:
            start = len(text[: text.index("@")].encode())
            index = {"byteStart": start, "byteEnd": start + len(f"@{mentions.handle}")}
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": mentions.did}
            record["facets"] = [{"index": index, "features": [feature]}]
        if to:
            record["reply"] = self._reply(to)
        if quotes:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": self._ref(quotes)}
        told = self.call("com.atproto.repo.createRecord", {"repo": self.did, "collection": _POST, "record": record})
        uri: str = told["uri"]
        return uri

    def uploads(self, content: bytes, mime: str) -> dict[str, Any]:
        """Upload a file, and return how records refer to it."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": mime}
        url = f"{self.network.pds}/xrpc/com.atproto.repo.uploadBlob"
        answer = self.network.http.post(url, content=content, headers=headers)
        blob: dict[str, Any] = answer.raise_for_status().json()["blob"]
        return blob

    def deletes(self, uri: str) -> None:
        """Delete a post."""
        where = {"repo": self.did, "collection": _POST, "rkey": uri.rpartition("/")[2]}
        self.call("com.atproto.repo.deleteRecord", where)

    def blocks(self, other: Somebody) -> None:
        """Block somebody."""
        record = {"$type": "app.bsky.graph.block", "subject": other.did, "createdAt": _now()}
        where = {"repo": self.did, "collection": "app.bsky.graph.block"}
        self.call("com.atproto.repo.createRecord", {**where, "record": record})

    def lets_nobody_reply(self, uri: str) -> None:
        """Close a thread of one's own."""
        gate = "app.bsky.feed.threadgate"
        record = {"$type": gate, "post": uri, "allow": [], "createdAt": _now()}
        where = {"repo": self.did, "collection": gate, "rkey": uri.rpartition("/")[2]}
        self.call("com.atproto.repo.createRecord", {**where, "record": record})

    def is_called(self, handle: str) -> None:
        """Take another handle."""
        self.call("com.atproto.identity.updateHandle", {"handle": handle})
        self.handle = handle

    def leaves(self) -> None:
        """Deactivate the account."""
        self.call("com.atproto.server.deactivateAccount", {})

    def posts(self) -> list[dict[str, Any]]:
        """Return what this person has posted, as it lies in the repository."""
        told = self.call("com.atproto.repo.listRecords", repo=self.did, collection=_POST)
        records: list[dict[str, Any]] = told["records"]
        return records

    def app_password(self, *, direct_messages: bool = False) -> str:
        """Make an app password."""
        body = {"name": f"casebridge {next(_numbers)}", "privileged": direct_messages}
        password: str = self.call("com.atproto.server.createAppPassword", body)["password"]
        return password

    def sees(self, uri: str) -> dict[str, Any]:
        """Return a post as this person sees it."""
        self.network.settle()
        (view,) = self.call("app.bsky.feed.getPosts", uris=[uri])["posts"]
        shown: dict[str, Any] = view
        return shown

    def sees_below(self, uri: str) -> list[dict[str, Any]]:
        """Return the replies to a post as this person sees them, with those below them after each."""
        self.network.settle()
        told = self.call("app.bsky.feed.getPostThread", uri=uri, depth=10)
        return list(_below(told["thread"]))

    def _reply(self, to: str) -> dict[str, Any]:
        record = self._record(to)
        parent = self._ref(to)
        return {"root": record["value"].get("reply", {}).get("root", parent), "parent": parent}

    def _ref(self, uri: str) -> dict[str, str]:
        return {"uri": uri, "cid": self._record(uri)["cid"]}

    def _record(self, uri: str) -> dict[str, Any]:
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        return self.call("com.atproto.repo.getRecord", repo=repo, collection=collection, rkey=rkey)


def _below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for reply in node.get("replies", ()):
        yield reply["post"]
        yield from _below(reply)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def running() -> Iterator[Network]:
    """Start a network and stop it at the end. Raises ``NotInstalledError``."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "@atproto" / "dev-env").exists():
        message = "the Bluesky network is not here: make servers (it needs node and npm)"
        raise NotInstalledError(message)
    scratch = Path(tempfile.mkdtemp(prefix="casebridge-bluesky-"))
    try:
        with running_server() as postgres:
            database = f"postgresql://postgres@127.0.0.1:{postgres.port}/{postgres.create()}"
            process = _start(node, scratch, database)
            try:
                network = Network(_ports(process, scratch))
                yield network
                network.http.close()
            finally:
                _stop(process)
    except NoServerError as missing:
        raise NotInstalledError(str(missing)) from missing
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _start(node: str, scratch: Path, database: str) -> subprocess.Popen[str]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "TZ": "UTC",
        "TMPDIR": str(scratch),
        "DB_POSTGRES_URL": database,
        "DB_POSTGRES_SCHEMA": "bsky",
        "REDIS_HOST": "127.0.0.1:1",  # must be named, and is not asked
        "LOG_ENABLED": "false",
    }
    with (scratch / "log").open("wb") as log:
        return subprocess.Popen(
            [*dies_with_us(), node, "--dns-result-order=ipv4first", _SCRIPT, FOLDER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            text=True,
        )


def _ports(process: subprocess.Popen[str], scratch: Path) -> dict[str, int]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError((scratch / "log").read_text(errors="replace")[-2000:])
    ports: dict[str, int] = json.loads(line)
    return ports


def _stop(process: subprocess.Popen[str]) -> None:
    """End it with its standard input."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
