"""A real django-helpdesk for tests: on loopback, in a folder that goes with it, with the time of the test's clock.

It lives in an environment of its own: ``make servers`` makes it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.servers.request_tracker import NotInstalledError, dies_with_us, free_port
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

START_SECONDS = 60
_SITE = "django_helpdesk_site"
_ADDRESSES = """
from django.urls import include, path
urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
"""
_RESPOND = """
import sys, django
django.setup()
from django.contrib.auth.models import User
from helpdesk.models import Ticket
from helpdesk.update_ticket import update_ticket
_, ticket, text, user = sys.argv
update_ticket(User.objects.get(username=user), Ticket.objects.get(pk=ticket), comment=text, public=True)
"""
PYTHON = Path(os.environ.get("CASEBRIDGE_TEST_HELPDESK", ROOT / ".venv-helpdesk" / "bin" / "python"))


class DjangoHelpdesk:
    """A running site, its database and the mails that it would have sent."""

    def __init__(self, folder: Path, port: int) -> None:
        """Use ``running``."""
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.tokens: dict[str, str] = {}

    def set_up(self) -> None:
        """Make the database and its first contents."""
        shutil.copy(Path(__file__).with_name(f"{_SITE}.py"), self.folder)
        (self.folder / "django_helpdesk_urls.py").write_text(_ADDRESSES)
        self._run("-m", "django", "migrate", "--verbosity", "0")
        self._run(f"{_SITE}.py")
        rows = (line.split() for line in (self.folder / "tokens").read_text().splitlines())
        self.tokens = dict(rows)  # type: ignore[arg-type]  # two words a line
        shutil.copy(self.folder / "helpdesk.db", self.folder / "clean.db")

    def start(self) -> None:
        """Start serving; returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*dies_with_us(), PYTHON, "-m", "django", "runserver", f"127.0.0.1:{self.port}", "--noreload"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            try:
                httpx.get(f"{self.url}/api/", timeout=10, verify=False)  # noqa: S501 - loopback
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

    def reset(self) -> None:
        """Empty it while it runs."""
        with (
            closing(sqlite3.connect(self.folder / "clean.db")) as clean,
            closing(sqlite3.connect(self.folder / "helpdesk.db", timeout=30)) as used,
        ):
            clean.backup(used)
        shutil.rmtree(self.folder / "mails", ignore_errors=True)

    def at(self, now: datetime) -> None:
        """Set the server's clock."""
        fresh = self.folder / "time.new"
        fresh.write_text(f"{now:%Y-%m-%d %H:%M:%S}\n")
        fresh.replace(self.folder / "time")

    def ahead(self, by: timedelta) -> None:
        """Let the server's clock go on, so much ahead of the machine's."""
        fresh = self.folder / "time.new"
        fresh.write_text(f"+{by.total_seconds():.0f}\n")
        fresh.replace(self.folder / "time")

    def mails(self) -> list[dict[str, str]]:
        """Return the mails that left it: to, subject."""
        found = []
        for file in sorted((self.folder / "mails").glob("*.log")):
            for part in file.read_bytes().split(b"-" * 79 + b"\n"):
                if part.strip():
                    mail = message_from_bytes(part)
                    found.append({name: str(mail[name] or "") for name in ("To", "Subject")})
        return found

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Read the database past the server."""
        with closing(sqlite3.connect(self.folder / "helpdesk.db", timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, values).fetchall()

    def call(self, method: str, path: str, body: Any = None, *, user: str = "mia") -> httpx.Response:  # noqa: ANN401 - JSON
        """Call it as one of its users would."""
        headers = {"Authorization": f"Token {self.tokens[user]}"}
        # Nothing is encrypted on loopback, and to read the certificates would take longer than the call.
        with httpx.Client(verify=False, timeout=30) as client:  # noqa: S501 - see above
            return client.request(method, f"{self.url}/api/{path}", json=body, headers=headers)

    def respond(self, ticket: str, text: str, *, telling: str, user: str = "mia") -> None:
        """Respond in public as the site's page does, which tells a webhook: unlike the interface, which tells none."""
        self._run("-c", _RESPOND, ticket, text, user, HELPDESK_FOLLOWUP_WEBHOOK_URLS=telling)

    def _run(self, *command: str, **environment: str) -> None:
        done = subprocess.run(  # noqa: PLW1510 - looked at below
            [PYTHON, *command],
            cwd=self.folder,
            env=self._environment() | environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(self.folder),
            "DJANGO_SETTINGS_MODULE": _SITE,
            "HELPDESK_FOLDER": str(self.folder),
        }


@contextmanager
def running(now: datetime) -> Iterator[DjangoHelpdesk]:
    """Set up a site, start it, stop it at the end. Raises ``NotInstalledError``."""
    if not PYTHON.exists():
        message = "django-helpdesk is not here: make servers"
        raise NotInstalledError(message)
    folder = Path(tempfile.mkdtemp(prefix="casebridge-helpdesk-"))
    server = DjangoHelpdesk(folder, free_port())
    try:
        server.at(now)
        server.set_up()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
