"""A third party's server of the Mastodon API for tests: on loopback, with its database in a folder that goes with it.

It lives in an environment of its own: ``make servers`` makes it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.servers.request_tracker import NotInstalledError, dies_with_us, free_port
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 60
PROGRAM = Path(os.environ.get("CASEBRIDGE_TEST_MASTODON", ROOT / ".venv-mastodon" / "bin" / "mastodon_mock"))
PEOPLE = ("acme", "mira", "jonas", "ada")
"""The brand, then others; each one's token is ``token-NAME``."""


class MastodonServer:
    """A running server."""

    def __init__(self, folder: Path, port: int) -> None:
        """Use ``running``."""
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def set_up(self) -> None:
        """Write who is there."""
        lines = ["[database]", f'path = "{self.folder}/mastodon.db"']
        for name in PEOPLE:
            lines += ["[[seed.accounts]]", f'username = "{name}"', f'display_name = "{name.title()}"']
            lines += [f'access_token = "token-{name}"']
        (self.folder / "mastodon.toml").write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        """Start serving; returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            command = [PROGRAM, "serve", "--config", self.folder / "mastodon.toml", "--host", "127.0.0.1"]
            self._process = subprocess.Popen(
                [*dies_with_us(), *command, "--port", str(self.port), "--domain", "social.example"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            try:
                httpx.get(f"{self.url}/api/v2/instance", timeout=10, verify=False)  # noqa: S501 - loopback
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError((self.folder / "log").read_text()[-2000:])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, gently or by ``SIGKILL``."""
        if self._process is None:
            return
        for each in (how, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, each)
                self._process.wait(5)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()
        self._process = None

    def call(self, name: str, method: str, path: str, **form: Any) -> Any:  # noqa: ANN401 - JSON
        """Do something as one of its people."""
        headers = {"Authorization": f"Bearer token-{name}"}
        with httpx.Client(verify=False, timeout=30) as client:  # noqa: S501 - loopback
            answer = client.request(method, f"{self.url}/api/v1/{path}", headers=headers, data=form or None)
        answer.raise_for_status()
        return answer.json()

    def say(self, name: str, text: str, **form: Any) -> str:  # noqa: ANN401 - fields of a post
        """Let somebody post; returns the id."""
        return str(self.call(name, "POST", "statuses", status=text, **form)["id"])

    def posts(self, name: str) -> list[dict[str, Any]]:
        """Return what somebody posted, oldest first, as that person sees it."""
        id_ = self.call(name, "GET", "accounts/verify_credentials")["id"]
        found: list[dict[str, Any]] = self.call(name, "GET", f"accounts/{id_}/statuses?limit=40")
        return found[::-1]


@contextmanager
def running() -> Iterator[MastodonServer]:
    """Start a server, stop it at the end. Raises ``NotInstalledError``."""
    if not PROGRAM.exists():
        message = "mastodon_mock is not here: make servers"
        raise NotInstalledError(message)
    folder = Path(tempfile.mkdtemp(prefix="casebridge-mastodon-"))
    server = MastodonServer(folder, free_port())
    try:
        server.set_up()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
