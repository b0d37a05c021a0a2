"""A third party's server of the Mastodon API for tests: on loopback, with its database in a folder that goes with it.

It lives in an environment of its own: ``make servers`` makes it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.servers.program import NotInstalledError, Program, free_port
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(os.environ.get("CASEBRIDGE_TEST_MASTODON", ROOT / ".venv-mastodon" / "bin" / "mastodon_mock"))
PEOPLE = ("acme", "mira", "jonas", "ada")
"""The brand, then others; each one's token is ``token-NAME``."""


class MastodonServer(Program):
    """A running server."""

    database = "mastodon.db"
    shows = "/api/v2/instance"

    def set_up(self) -> None:
        """Write who is there."""
        lines = ["[database]", f'path = "{self.folder}/{self.database}"']
        for name in PEOPLE:
            lines += ["[[seed.accounts]]", f'username = "{name}"', f'display_name = "{name.title()}"']
            lines += [f'access_token = "token-{name}"']
        (self.folder / "mastodon.toml").write_text("\n".join(lines) + "\n")

    def command(self) -> list[str | Path]:
        """Return what serves."""
        serve = [PROGRAM, "serve", "--config", self.folder / "mastodon.toml"]
        return [*serve, "--host", "127.0.0.1", "--port", str(self.port), "--domain", "social.example"]

    def surroundings(self) -> dict[str, str]:
        """Return the environment of what serves."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

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
