"""A real django-helpdesk for tests: on loopback, in a folder that goes with it, with the time of the test's clock.

It lives in an environment of its own: ``make servers`` makes it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.servers.program import NotInstalledError, Program, free_port
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_SITE = "django_helpdesk_site"
_ADDRESSES = """
from django.conf import settings
from django.urls import include, path
from django.views.static import serve
media = path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT})
urlpatterns = [media, path("", include("helpdesk.urls", namespace="helpdesk"))]
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


class DjangoHelpdesk(Program):
    """A running site, its database and the mails that it would have sent."""

    database = "helpdesk.db"
    shows = "/api/"

    def set_up(self) -> None:
        """Make the database and its first contents."""
        shutil.copy(Path(__file__).with_name(f"{_SITE}.py"), self.folder)
        (self.folder / "django_helpdesk_urls.py").write_text(_ADDRESSES)
        self._run("-m", "django", "migrate", "--verbosity", "0")
        self._run(f"{_SITE}.py")
        rows = (line.split() for line in (self.folder / "tokens").read_text().splitlines())
        self.tokens = dict(rows)  # type: ignore[arg-type]  # two words a line
        shutil.copy(self.folder / "helpdesk.db", self.folder / "clean.db")

    def command(self) -> list[str | Path]:
        """Return what serves."""
        return [PYTHON, "-m", "django", "runserver", f"127.0.0.1:{self.port}", "--noreload"]

    def surroundings(self) -> dict[str, str]:
        """Return the environment of what serves."""
        return self._environment()

    def reset(self) -> None:
        """Empty it while it runs, its mails too."""
        super().reset()
        shutil.rmtree(self.folder / "mails", ignore_errors=True)

    def mails(self) -> list[dict[str, str]]:
        """Return the mails that left it: to, subject."""
        found = []
        for file in sorted((self.folder / "mails").glob("*.log")):
            for part in file.read_bytes().split(b"-" * 79 + b"\n"):
                if part.strip():
                    mail = message_from_bytes(part)
                    found.append({name: str(mail[name] or "") for name in ("To", "Subject")})
        return found

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
