"""A real Dovecot for tests, and a relay before it: mail that goes in by SMTP lies in a mailbox that is read by IMAP.

``apt-get install --no-install-recommends dovecot-imapd dovecot-lmtpd``
"""

from __future__ import annotations

import base64
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from imapclient import IMAPClient

from tests.servers import mail_provider
from tests.servers.program import NotInstalledError, dies_with_us, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

    from tests.servers.mail_provider import Provider

PACKAGES = ("dovecot-imapd", "dovecot-lmtpd")
PASSWORD = "correct-horse-battery"
START_SECONDS = 20
_PROGRAM = Path("/usr/sbin/dovecot")
_LMTP = Path("/usr/lib/dovecot/lmtp")
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/home/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Archive {{
    auto = create
  }}
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service imap {{
  process_limit = 64
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
_OAUTH2 = """
introspection_mode = post
introspection_url = {url}/introspect
username_attribute = email
active_attribute = active
active_value = true
"""


def _nothing() -> None:
    """Do nothing."""


class Relay:
    """Takes mail by SMTP and hands it to Dovecot; answers as it is told."""

    def __init__(self, lmtp: int, provider: Provider) -> None:
        """Hand over to ``lmtp``; take the tokens of ``provider``."""
        self._lmtp, self._provider = lmtp, provider
        self.refusing: dict[str, str] = {}
        """Recipient → what to answer to RCPT."""
        self.answers: list[str] = []
        """What to answer to the words of the next mails, instead of taking them.

        ``lost``: take them and hang up; ``vanished``: hang up without taking them.
        """
        self.on_recipient: Callable[[], None] = _nothing
        """Called before a recipient is taken."""
        self.on_words: Callable[[], None] = _nothing
        """Called when a mail was taken, or has vanished, before that is said."""
        self.taken: list[tuple[list[str], bytes]] = []
        self.signed_in: list[str] = []
        """Who signed in, by a token."""

    async def auth_XOAUTH2(self, _server: Any, args: list[bytes]) -> AuthResult:  # noqa: ANN401, N802 - as the library calls it
        """Take a token if the provider knows it, and it is the user's."""
        user, bearer = base64.b64decode(args[1]).decode().split("\x01")[:2]
        token = bearer.removeprefix("auth=Bearer ")
        fits = self._provider.owner(token) == user.removeprefix("user=")
        if fits:
            self.signed_in.append(user.removeprefix("user="))
        return AuthResult(success=fits, handled=False)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: ANN401, N802 - as the library calls it
        """Take a recipient, or refuse."""
        self.on_recipient()
        if address in self.refusing:
            return self.refusing[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - as the library calls it
        """Deliver."""
        answer = self.answers.pop(0) if self.answers else ""
        if answer == "vanished":
            self.on_words()
            server.transport.abort()
            return "250 2.0.0 OK"
        if answer and answer != "lost":
            return answer
        self.taken.append((list(envelope.rcpt_tos), envelope.content))
        with smtplib.LMTP("127.0.0.1", self._lmtp) as lmtp:
            lmtp.sendmail(envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        self.on_words()
        if answer == "lost":
            server.transport.abort()
        return "250 2.0.0 OK"


class Dovecot:
    """A running server with its relay."""

    def __init__(self, folder: Path, provider: Provider) -> None:
        """Use ``running``."""
        self.folder, self.provider = folder, provider
        self.imap_port, self.lmtp_port, self.smtp_port = free_port(), free_port(), free_port()
        self.relay = Relay(self.lmtp_port, provider)
        self._process: subprocess.Popen[bytes] | None = None
        self._used = 0
        self._controller = Controller(self.relay, hostname="127.0.0.1", port=self.smtp_port, auth_require_tls=False)

    def set_up(self) -> None:
        """Write the settings; start the relay."""
        for name in ("run", "state", "mail", "home"):
            (self.folder / name).mkdir()
        for name in ("mail", "home"):
            shutil.chown(self.folder / name, "mail", "mail")
        self.folder.chmod(0o755)
        config = _CONFIG.format(folder=self.folder, password=PASSWORD, imap=self.imap_port, lmtp=self.lmtp_port)
        (self.folder / "dovecot.conf").write_text(config)
        (self.folder / "oauth2.conf").write_text(_OAUTH2.format(url=self.provider.url))
        self._controller.start()

    def start(self) -> None:
        """Start serving; returns when it answers."""
        with (self.folder / "out").open("ab") as out:
            self._process = subprocess.Popen(
                [*dies_with_us(), str(_PROGRAM), "-F", "-c", str(self.folder / "dovecot.conf")],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self._process.poll() is None, (self.folder / "out").read_text()[-2000:]
            try:
                with self.signed_in("nobody@acme.example"):
                    return
            except (OSError, EOFError, IMAPClient.Error):
                time.sleep(0.05)
        raise TimeoutError((self.folder / "log").read_text()[-2000:])

    def stop(self) -> None:
        """Stop the server; the relay stays."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """Stop all."""
        self._controller.stop()
        self.stop()

    def fresh(self) -> int:
        """Return a number for mailboxes that nobody has used; the relay answers as usual again."""
        self.relay.refusing.clear()
        self.relay.answers.clear()
        self.relay.on_recipient = self.relay.on_words = _nothing
        self._used += 1
        return self._used

    @contextmanager
    def signed_in(self, user: str) -> Iterator[IMAPClient]:
        """Sign in past the adapter."""
        with IMAPClient("127.0.0.1", self.imap_port, ssl=False, timeout=10) as client:
            client.login(user, PASSWORD)
            yield client

    def mails(self, user: str, folder: str = "INBOX") -> list[EmailMessage]:
        """Return the mails of a mailbox, in order."""
        with self.signed_in(user) as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [message_from_bytes(each[b"BODY[]"], policy=default) for _, each in sorted(found.items())]  # type: ignore[misc]  # the policy makes them EmailMessage

    def put(self, user: str, data: bytes, folder: str = "INBOX", *, at: Any = None) -> None:  # noqa: ANN401 - a time, or none
        """Put a mail into a mailbox as it is."""
        with self.signed_in(user) as client:
            client.append(folder, data, (), at)

    def new_validity(self, user: str, folder: str = "INBOX") -> None:
        """Let the UIDs of a folder mean nothing any more, as after a move to another server."""
        place = self.folder / "mail" / user
        place = place if folder == "INBOX" else place / f".{folder}"
        for each in (*place.glob("dovecot*"), *place.glob(".INBOX/dovecot*")):
            each.unlink()


@contextmanager
def running() -> Iterator[Dovecot]:
    """Set up a server, start it, stop it at the end. Raises ``NotInstalledError``."""
    if not _PROGRAM.exists() or not _LMTP.exists():
        message = f"Dovecot is not here: apt-get install --no-install-recommends {' '.join(PACKAGES)}"
        raise NotInstalledError(message)
    folder = Path(tempfile.mkdtemp(prefix="casebridge-dovecot-"))
    with mail_provider.running() as provider:
        server = Dovecot(folder, provider)
        try:
            server.set_up()
            server.start()
            yield server
        finally:
            server.close()
            shutil.rmtree(folder, ignore_errors=True)
