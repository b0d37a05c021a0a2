"""A real Request Tracker 5 for tests: on loopback, in a folder that goes with it, with the time of the test's clock.

``apt-get install --no-install-recommends request-tracker5 rt5-db-sqlite rt5-standalone libfaketime``
"""

from __future__ import annotations

import base64
import mailbox
import quopri
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.servers.program import NotInstalledError, Program, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

PACKAGES = ("request-tracker5", "rt5-db-sqlite", "rt5-standalone", "libfaketime")
_SHARE = Path("/usr/share/request-tracker5")
LIBRARIES = Path("/usr/lib")
_SETUP = Path("/usr/sbin/rt-setup-database-5")
_DATA = Path(__file__).with_name("request_tracker_data.pl")
_SITE = """
Set($rtname, 'acme.example');
Set($Organization, 'acme.example');
Set($CorrespondAddress, 'help@acme.example');
Set($CommentAddress, 'help-comment@acme.example');
Set($Timezone, 'UTC');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($WebPath, '');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
Set($MailCommand, 'sendmailpipe');
Set($SendmailPath, '{folder}/mailer');
Set($WebSessionClass, 'Apache::Session::File');
Set($BcryptCost, {cost});
Set(%Lifecycles, complaints => {{
    initial => ['received'], active => ['working', 'asked'], inactive => ['done', 'dropped', 'deleted'],
    defaults => {{ on_create => 'received', approved => 'working', denied => 'dropped' }},
    transitions => {{
        '' => ['received', 'working'], received => ['working', 'dropped', 'deleted'],
        working => ['asked', 'done', 'deleted'], asked => ['working', 'done'], done => ['working'],
        dropped => ['working'], deleted => ['working'],
    }},
    actions => [ 'working -> done' => {{ label => 'Done', update => 'Respond' }} ],
}});
1;
"""
_MAILER = """#!/bin/sh
# Takes a mail and sends it nowhere.
{{ echo "From rt Mon Mar  2 09:00:00 2026"; sed 's/^From />From /'; echo; }} >> {folder}/mails
"""
COST = 4
"""Of hashed tokens: every request pays it."""


class RequestTracker(Program):
    """A running server, its database and the mails that it would have sent."""

    database = "rt.db"
    shows = "/REST/2.0/rt"

    def set_up(self, *data: Path) -> None:
        """Make the database: Request Tracker's own contents, then the organisation's, the last with tokens."""
        site = _SITE.format(folder=self.folder, port=self.port, cost=COST)
        (self.folder / "RT_SiteConfig.pm").write_text(site)
        (self.folder / "cfg.d").mkdir()
        mailer = self.folder / "mailer"
        mailer.write_text(_MAILER.format(folder=self.folder))
        mailer.chmod(0o755)
        self._run(_SETUP, "--action", "init", "--skip-create")
        for each in data:
            self._run(_SETUP, "--action", "insert", "--datafile", each)
        rows = (line.split() for line in (self.folder / "tokens").read_text().splitlines())
        self.tokens = dict(rows)  # type: ignore[arg-type]  # two words a line
        shutil.copy(self.folder / "rt.db", self.folder / "clean.db")

    def command(self) -> list[str | Path]:
        """Return what serves."""
        server = _SHARE / "libexec" / "rt-server"
        return [server, "--server", "Starlet", "--host", "127.0.0.1", "--port", str(self.port), "--max-workers", "3"]

    def surroundings(self) -> dict[str, str]:
        """Return the environment of what serves: its clock is libfaketime's."""
        return self._environment() | self._faked()

    def reset(self) -> None:
        """Empty it while it runs, its mails too."""
        super().reset()
        (self.folder / "mails").unlink(missing_ok=True)

    def mails(self) -> list[dict[str, str]]:
        """Return the mails that left it: to, subject."""
        if not (self.folder / "mails").exists():
            return []
        with closing(mailbox.mbox(self.folder / "mails")) as box:
            return [{name: str(mail[name] or "") for name in ("To", "Bcc", "Cc", "Subject")} for mail in box]

    def forget(self, custom_field: str) -> None:
        """Take the values of a custom field away, as if the server had died before it wrote them."""
        with closing(sqlite3.connect(self.folder / "rt.db", timeout=30)) as connection, connection:
            field = "SELECT id FROM CustomFields WHERE Name = ?"
            connection.execute(f"DELETE FROM ObjectCustomFieldValues WHERE CustomField IN ({field})", (custom_field,))

    @contextmanager
    def without(self, *rights: str) -> Iterator[None]:
        """Take rights from our user for a while; the server keeps who may what for some seconds, so it starts anew."""
        names = ", ".join(f"'{right}'" for right in rights)
        ours = "SELECT Principals.id FROM Users JOIN Principals ON Principals.id = Users.id WHERE Name = 'casebridge'"
        self.stop()
        shutil.copy(self.folder / "rt.db", self.folder / "with.db")
        with closing(sqlite3.connect(self.folder / "rt.db")) as connection, connection:
            equivalents = f"SELECT id FROM Groups WHERE Domain = 'ACLEquivalence' AND Instance IN ({ours})"
            connection.execute(
                f"DELETE FROM ACL WHERE RightName IN ({names}) AND (PrincipalId IN ({ours}) OR PrincipalId IN ({equivalents}))"
            )
        self.start()
        yield
        self.stop()
        with (
            closing(sqlite3.connect(self.folder / "with.db")) as before,
            closing(sqlite3.connect(self.folder / "rt.db")) as now,
            now,
        ):
            rows = before.execute("SELECT * FROM ACL").fetchall()
            now.execute("DELETE FROM ACL")
            now.executemany(f"INSERT INTO ACL VALUES ({', '.join('?' * len(rows[0]))})", rows)
        self.start()

    def content(self, attachment: int) -> str:
        """Return the text of an attachment as it lies in the database."""
        ((content, encoding),) = self.rows("SELECT Content, ContentEncoding FROM Attachments WHERE id = ?", attachment)
        raw = content.encode() if isinstance(content, str) else bytes(content or b"")
        decode = {"quoted-printable": quopri.decodestring, "base64": base64.b64decode}.get(encoding, bytes)
        return decode(raw).decode()

    def call(self, method: str, path: str, body: Any = None, *, user: str = "mia") -> httpx.Response:  # noqa: ANN401 - JSON
        """Call it as one of its users would."""
        headers = {"Authorization": f"token {self.tokens[user]}"}
        # Nothing is encrypted on loopback, and to read the certificates would take longer than the call.
        with httpx.Client(verify=False, timeout=30) as client:  # noqa: S501 - see above
            return client.request(method, f"{self.url}/REST/2.0/{path}", json=body, headers=headers)

    def _run(self, *command: object) -> None:
        environment = self._environment()
        done = subprocess.run(  # noqa: PLW1510 - looked at below
            [str(part) for part in command], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    def _environment(self) -> dict[str, str]:
        config = {"RT_SITE_CONFIG": self.folder / "RT_SiteConfig.pm", "RT_SITE_CONFIG_DIR": self.folder / "cfg.d"}
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "TMPDIR": str(self.folder),
            "RT_TOKENS": str(self.folder / "tokens"),
            **{name: str(path) for name, path in config.items()},
        }

    def _faked(self) -> dict[str, str]:
        return faked_time(self.folder / "time")


def faked_time(file: Path) -> dict[str, str]:
    """Return the environment of a process whose time stands as ``file`` says; raises ``NotInstalledError``."""
    libraries = sorted(LIBRARIES.glob("*/faketime/libfaketime.so.1"))
    if not libraries:
        message = "libfaketime is not here: apt-get install libfaketime"
        raise NotInstalledError(message)
    return {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@contextmanager
def running(now: datetime, *data: Path) -> Iterator[RequestTracker]:
    """Set up a server with this initial data, else with that of most tests, start it, stop it at the end. Raises ``NotInstalledError``."""
    if not _SETUP.exists() or not (_SHARE / "libexec" / "rt-server").exists():
        message = f"Request Tracker is not here: apt-get install --no-install-recommends {' '.join(PACKAGES)}"
        raise NotInstalledError(message)
    folder = Path(tempfile.mkdtemp(prefix="casebridge-rt-"))
    server = RequestTracker(folder, free_port())
    try:
        server.at(now)
        faked_time(folder / "time")
        server.set_up(*(data or [_DATA]))
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
