"""Answers as they leave, at an SMTP server that takes, refuses, asks to wait, or hangs up."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from pydantic import SecretStr

from adapters.email.publisher import EmailPublisher
from adapters.email.settings import EmailSettings
from adapters.email.source import EmailSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.errors import AuthError, ConfigError, RateLimited, Refused, Transient
from bridge.nouns import Action, ActionKind, FileContent, Kind, Presence, Refusal, Retry, Unknown, Written
from bridge.oauth import ACCESS, REFRESH
from bridge.safe import MemorySafe, Secrets
from tests.servers.program import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ACTION = Action(
    key="cb1-a",
    kind=ActionKind.REPLY,
    connection="mail",
    network="mail",
    scope="",
    reply_to="m1@kunde.example",
    recipient="anna@kunde.example",
    public=False,
    text="Ein neuer Router geht heute raus.",
    answered=Kind.MAIL,
    subject="AW: Router",
    answered_text="Er blinkt.\nWas tun?",
    extra={"references": ["m0@kunde.example", "m1@kunde.example"]},
)


class Server:
    """Answers as it is told, and keeps what it took."""

    def __init__(self) -> None:
        """Take everything."""
        self.sender, self.words = "250 OK", "250 OK"
        self.recipients: dict[str, str] = {}
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.signed_in: list[bytes] = []
        self.accepts, self.busy = True, False

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: ANN401, N802 - as the library calls it
        """Answer to the sender."""
        envelope.mail_from = address
        return self.sender

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: ANN401, N802 - as the library calls it
        """Answer to a recipient."""
        said = self.recipients.get(address, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - as the library calls it
        """Answer to the words."""
        if self.words == "hang up":
            server.transport.abort()
            return "250 OK"
        if self.words.startswith("250"):
            self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))  # type: ignore[arg-type]  # the policy makes it an EmailMessage
        return self.words

    async def auth_XOAUTH2(self, server: Any, args: list[bytes]) -> AuthResult:  # noqa: ANN401, N802 - as the library calls it
        """Take a token."""
        self.signed_in.append(base64.b64decode(args[1]))
        if self.busy:
            await server.push("454 4.7.0 Too many sign-ins, come back later")
            return AuthResult(success=False, handled=True)
        if not self.accepts:
            self.signed_in.append(await server.challenge_auth(b'{"status":"401"}'))
        return AuthResult(success=self.accepts, handled=False)


@contextmanager
def listening(server: Server, **given: Any) -> Iterator[int]:  # noqa: ANN401 - options of the library
    """Listen on a free port of loopback."""
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port, **given)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def words(part: EmailMessage) -> str:
    """Return a text as it was before it went over the wire."""
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.fixture
def server() -> Server:
    """Return a server that takes everything."""
    return Server()


@pytest.fixture
def port(server: Server) -> Iterator[int]:
    """Let it listen."""
    with listening(server) as found:
        yield found


def publisher(port: int, folder: Path, safe: MemorySafe | None = None, **settings: Any) -> EmailPublisher:  # noqa: ANN401 - values of any setting
    """Return a publisher without a folder of sent mail."""
    given = {
        "addresses": ("support@acme.example",),
        "name": "Acme Support",
        "imap_host": "127.0.0.1",
        "sent_folder": "none",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_safety": "none",
        "smtp_sign_in": False,
        "timeout": 5,
        **settings,
    }
    given |= {} if "oauth" in given else {"password": SecretStr("not-told")}
    surroundings = Surroundings("mail", folder, FixedClock(MONDAY), safe=safe or MemorySafe())
    return EmailPublisher.beside(EmailSource.connect(EmailSettings(**given), surroundings))


def test_an_answer_has_an_id_of_its_action_and_stands_in_the_thread(server: Server, port: int, tmp_path: Path) -> None:
    outcome = publisher(port, tmp_path).publish(ACTION)
    ((recipients, mail),) = server.taken
    assert outcome == Written(mail["Message-ID"].strip("<>"), created=True)
    assert outcome == publisher(port, tmp_path).publish(ACTION)
    assert recipients == ["anna@kunde.example"]
    assert mail["In-Reply-To"] == "<m1@kunde.example>"
    assert mail["References"] == "<m0@kunde.example> <m1@kunde.example>"
    assert mail["Subject"] == "Re: Router"
    assert mail["From"] == "Acme Support <support@acme.example>"
    assert mail["Auto-Submitted"] is None
    assert words(mail) == "Ein neuer Router geht heute raus.\n"


def test_reply_to_others_quote_token_and_files_are_as_the_settings_say(
    server: Server, port: int, tmp_path: Path
) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"%PDF-1.7 plan")
    action = replace(
        ACTION,
        extra={**ACTION.extra, "reply_to": ["privat@kunde.example"], "others": ["omar@kunde.example", "kein mail"]},
        files=(FileContent("k", "Plan für Anna.pdf", "application/pdf", 13, str(file)),),
    )
    publisher(port, tmp_path, answer_all=True, quote=True, reply_token=True).publish(action)
    ((recipients, mail),) = server.taken
    assert recipients == ["privat@kunde.example", "omar@kunde.example"]
    token = mail["Message-ID"].strip("<>").partition("@")[0]
    assert mail["Reply-To"] == f"Acme Support <support+{token}@acme.example>"
    body, attached = mail.iter_parts()
    assert words(body).endswith("\n\nanna@kunde.example:\n> Er blinkt.\n> Was tun?\n")
    assert (attached.get_filename(), attached.get_content()) == ("Plan für Anna.pdf", b"%PDF-1.7 plan")


@pytest.mark.parametrize(
    ("extra", "all_of_them", "reached"),
    [
        ({}, False, "anna@kunde.example"),
        ({"reply_to": ["Anna@Kunde.example"]}, False, "anna@kunde.example"),
        ({"reply_to": ["x@fremd.example"]}, False, "x@fremd.example, as anna@kunde.example asks by Reply-To"),
        ({"others": ["omar@kunde.example"]}, False, "anna@kunde.example"),
        ({"others": ["omar@kunde.example"]}, True, "anna@kunde.example, omar@kunde.example"),
    ],
)
def test_whom_an_answer_reaches_is_said_beforehand(
    tmp_path: Path,
    extra: dict[str, list[str]],
    all_of_them: bool,  # noqa: FBT001 - a parameter of pytest's
    reached: str,
) -> None:
    here = publisher(1, tmp_path, answer_all=all_of_them)
    assert here.eligibility(replace(ACTION, extra=extra)).to == reached


@pytest.mark.parametrize("value", ["Router\r\nBcc: fremd@fremd.example", "Router\nX: y", "Router\0"])
def test_no_header_can_be_smuggled_in(server: Server, port: int, tmp_path: Path, value: str) -> None:
    hostile = replace(ACTION, subject=value, extra={"references": [value], "reply_to": [f"a@kunde.example{value[6:]}"]})
    publisher(port, tmp_path).publish(hostile)
    ((recipients, mail),) = server.taken
    assert len(recipients) == 1
    assert "fremd" not in recipients[0]
    assert mail["Bcc"] is None
    assert mail["X"] is None


@pytest.mark.parametrize(
    ("said", "code", "remedy"),
    [
        ("550 5.1.1 No such user", "5.1.1", "right address"),
        ("552 5.2.2 Mailbox full", "5.2.2", "mailbox is full"),
        ("554 5.7.1 Denied", "5.7.1", "does not let this mail pass"),
        ("550 Nope", "550", "right address"),
        ("559 5.9.9 Strange", "5.9.9", "another channel"),
    ],
)
def test_a_refused_recipient_says_what_to_do(
    server: Server, port: int, tmp_path: Path, said: str, code: str, remedy: str
) -> None:
    server.recipients["anna@kunde.example"] = said
    outcome = publisher(port, tmp_path).publish(ACTION)
    assert isinstance(outcome, Refusal)
    assert outcome.code == code
    assert remedy in outcome.reason
    assert server.taken == []


def test_words_that_are_refused_are_refused(server: Server, port: int, tmp_path: Path) -> None:
    server.words = "554 5.7.1 Looks like spam"
    assert isinstance(publisher(port, tmp_path).publish(ACTION), Refusal)


@pytest.mark.parametrize("where", ["recipient", "words"])
def test_what_is_refused_for_now_is_tried_again(server: Server, port: int, tmp_path: Path, where: str) -> None:
    said = "451 4.7.1 Greylisted"
    if where == "recipient":
        server.recipients["anna@kunde.example"] = said
    else:
        server.words = said
    outcome = publisher(port, tmp_path).publish(ACTION)
    assert isinstance(outcome, Retry)
    assert outcome.after > 0


def test_a_further_recipient_that_is_refused_does_not_stop_the_answer(
    server: Server, port: int, tmp_path: Path
) -> None:
    server.recipients["omar@kunde.example"] = "550 5.1.1 No such user"
    action = replace(ACTION, extra={"others": ["omar@kunde.example"]})
    assert isinstance(publisher(port, tmp_path, answer_all=True).publish(action), Written)
    ((recipients, _),) = server.taken
    assert recipients == ["anna@kunde.example"]


@pytest.mark.parametrize(
    ("said", "error"),
    [("421 4.3.2 Closing", Transient), ("451 4.7.0 Slow down", RateLimited), ("550 5.7.60 Not yours", Refused)],
)
def test_a_refused_sender_concerns_the_whole_connection(
    server: Server, port: int, tmp_path: Path, said: str, error: type[Exception]
) -> None:
    server.sender = said
    with pytest.raises(error):
        publisher(port, tmp_path).publish(ACTION)
    assert server.taken == []


def test_after_the_words_left_without_an_answer_nobody_knows(server: Server, port: int, tmp_path: Path) -> None:
    server.words = "hang up"
    here = publisher(port, tmp_path)
    assert isinstance(here.publish(ACTION), Unknown)
    assert here.published(ACTION, MONDAY).presence is Presence.UNSURE


def test_a_server_that_is_not_there_is_transient(tmp_path: Path) -> None:
    with listening(Server()) as port:
        pass
    with pytest.raises(Transient):
        publisher(port, tmp_path).publish(ACTION)


def test_a_mail_that_is_larger_than_the_server_takes_is_not_sent(server: Server, tmp_path: Path) -> None:
    with listening(server, data_size_limit=2_000) as port:
        outcome = publisher(port, tmp_path).publish(replace(ACTION, text="x" * 5_000))
    assert isinstance(outcome, Refusal)
    assert "too large" in outcome.reason


@pytest.mark.parametrize(
    ("recipient", "reached"),
    [("Anna@Kündin.example", "anna@xn--kndin-kva.example"), ("käthe@kunde.example", "käthe@kunde.example")],
)
def test_addresses_with_letters_beyond_ascii_are_reached(
    server: Server, port: int, tmp_path: Path, recipient: str, reached: str
) -> None:
    outcome = publisher(port, tmp_path, addresses=("hilfe@äcme.example",)).publish(replace(ACTION, recipient=recipient))
    assert isinstance(outcome, Written)
    ((recipients, mail),) = server.taken
    assert recipients == [reached]
    assert reached in mail["To"]
    assert mail["From"] == "Acme Support <hilfe@xn--cme-pla.example>"


def test_a_server_that_takes_no_such_letters_is_said_to_and_nothing_is_unknown(server: Server, tmp_path: Path) -> None:
    with listening(server, enable_SMTPUTF8=False) as port:
        outcome = publisher(port, tmp_path).publish(replace(ACTION, recipient="käthe@kunde.example"))
    assert isinstance(outcome, Refusal)
    assert "SMTPUTF8" in outcome.reason
    assert server.taken == []


def test_a_token_signs_in_where_there_is_no_password(server: Server, tmp_path: Path) -> None:
    safe = MemorySafe()
    safe.keep(Secrets({ACCESS: "token-1"}))
    oauth = {"vendor": "microsoft", "client_id": "app"}
    with listening(server, auth_require_tls=False) as port:
        here = publisher(port, tmp_path, safe, oauth=oauth, smtp_sign_in=True)
        assert isinstance(here.publish(ACTION), Written)
    assert server.signed_in == [b"user=support@acme.example\x01auth=Bearer token-1\x01\x01"]


def test_a_token_that_is_refused_asks_to_connect_again_and_is_not_told(server: Server, tmp_path: Path) -> None:
    safe = MemorySafe()
    safe.keep(Secrets({ACCESS: "token-1"}))
    server.accepts = False
    with listening(server, auth_require_tls=False) as port:
        here = publisher(port, tmp_path, safe, oauth={"vendor": "google", "client_id": "app"}, smtp_sign_in=True)
        with pytest.raises(AuthError, match="casebridge connect mail") as raised:
            here.publish(ACTION)
    assert "token-1" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert server.signed_in[1:] == [b""]


def test_a_server_that_is_busy_does_not_use_tokens_up(server: Server, tmp_path: Path) -> None:
    safe = MemorySafe()
    safe.keep(Secrets({ACCESS: "token-1", REFRESH: "refresh-1"}))
    server.busy = True
    with listening(server, auth_require_tls=False) as port:
        here = publisher(port, tmp_path, safe, oauth={"vendor": "google", "client_id": "app"}, smtp_sign_in=True)
        with pytest.raises(Transient):
            here.publish(ACTION)
    assert len(server.signed_in) == 1
    assert safe.read().values[REFRESH] == "refresh-1"


def test_without_a_sign_in_it_says_how_to_sign_in(server: Server, tmp_path: Path) -> None:
    with listening(server, auth_require_tls=False) as port:
        here = publisher(port, tmp_path, oauth={"vendor": "google", "client_id": "app"}, smtp_sign_in=True)
        with pytest.raises(AuthError, match="casebridge connect mail"):
            here.publish(ACTION)


def test_a_server_without_encryption_gets_no_password(server: Server, port: int, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lacks what the settings ask for"):
        publisher(port, tmp_path, smtp_safety="starttls", smtp_sign_in=True).publish(ACTION)
    assert server.taken == []
