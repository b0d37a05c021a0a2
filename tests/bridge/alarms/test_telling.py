"""People are told once, again if it lasts, when it is over, and at night only what is critical."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest
import respx
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bridge.alarms import keeping
from bridge.alarms.keeping import News
from bridge.alarms.model import Alarm, Severity
from bridge.alarms.policy import AlertPolicy
from bridge.alarms.sending import Channel, Hook, Mail, beat
from bridge.errors import Transient
from tests.bridge.outbox.test_faults import dying_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from bridge.clock import FixedClock
    from bridge.store.store import Store

NIGHT = AlertPolicy(quiet_from=time(22), quiet_until=time(6), zone="Europe/Berlin")
NEWS = News(
    3, Severity.CRITICAL, recovered=False, text="x cannot be read.\nSince 2026-03-02 10:00 UTC.\nNext: casebridge check"
)


@dataclass
class Notebook(Channel):
    """Writes down what it was to tell; fails while it is broken."""

    name: str = "notebook"
    broken: bool = False
    told: list[str] = field(default_factory=list)

    def send(self, news: News) -> None:
        """Write it down."""
        if self.broken:
            message = "no pencil"
            raise Transient(message)
        self.told.append(news.title())


@dataclass
class Office:
    """Somebody who is told."""

    store: Store
    clock: FixedClock
    policy: AlertPolicy = field(default_factory=AlertPolicy)
    notebook: Notebook = field(default_factory=Notebook)

    def round(self, *wrong: str, severity: Severity = Severity.WARNING) -> list[str]:
        """Note what is wrong now, tell, and return what was told in this round."""
        now = self.clock.now()
        alarms = [
            Alarm(kind="test", subject=each, severity=severity, what=f"{each} is wrong.", since=now, command="look")
            for each in wrong
        ]
        before = len(self.notebook.told)
        keeping.note(self.store, alarms, now)
        self.problems = keeping.tell(self.store, [self.notebook], self.policy, now)
        return self.notebook.told[before:]


@pytest.fixture
def office(store: Store, clock: FixedClock) -> Office:
    """Return an office that is never quiet."""
    return Office(store, clock)


def test_what_is_wrong_is_told_once_and_again_after_a_day(office: Office) -> None:
    assert office.round("x") == ["Casebridge: x is wrong."]
    office.clock.forward(timedelta(hours=23))
    assert office.round("x") == []
    office.clock.forward(timedelta(hours=1))
    assert office.round("x") == ["Casebridge: x is wrong."]


def test_what_is_over_is_told_and_may_come_again(office: Office) -> None:
    office.round("x", "y")
    assert office.round("y") == ["Casebridge: recovered: x is wrong."]
    assert office.round("y") == []
    assert office.round("x", "y") == ["Casebridge: x is wrong."]


def test_what_somebody_has_taken_on_is_not_told_again_but_when_it_is_over(office: Office) -> None:
    office.round("x")
    assert keeping.acknowledge(office.store, 1, "anna", office.clock.now())
    office.clock.forward(timedelta(days=3))
    assert office.round("x") == []
    assert office.round() == ["Casebridge: recovered: x is wrong."]
    assert not keeping.acknowledge(office.store, 1, "anna", office.clock.now())


def test_at_night_only_what_is_critical_is_told_and_the_rest_in_the_morning(office: Office) -> None:
    office.policy = NIGHT
    office.clock.forward(datetime(2026, 3, 2, 22, 30, tzinfo=UTC) - office.clock.now())
    assert office.round("x") == []
    assert office.round("x", "y", severity=Severity.CRITICAL) == ["Casebridge: x is wrong.", "Casebridge: y is wrong."]
    assert office.round("z") == []
    office.clock.forward(timedelta(hours=8))
    assert office.round("z") == [
        "Casebridge: recovered: x is wrong.",
        "Casebridge: recovered: y is wrong.",
        "Casebridge: z is wrong.",
    ]


def test_what_came_and_went_unheard_is_not_told(office: Office) -> None:
    office.policy = NIGHT
    office.clock.forward(datetime(2026, 3, 2, 22, 30, tzinfo=UTC) - office.clock.now())
    office.round("x")
    office.round()
    office.clock.forward(timedelta(hours=8))
    assert office.round() == []


def test_what_is_less_severe_than_wanted_is_not_told(office: Office) -> None:
    office.policy = AlertPolicy(least=Severity.CRITICAL)
    assert office.round("x") == []
    assert office.round("x", severity=Severity.CRITICAL) == ["Casebridge: x is wrong."]


def test_who_cannot_be_told_now_is_told_the_next_time(office: Office) -> None:
    office.notebook.broken = True
    assert office.round("x") == []
    assert office.problems == ["alerts: notebook: no pencil"]
    office.notebook.broken = False
    assert office.round("x") == ["Casebridge: x is wrong."]


@pytest.mark.parametrize(("point", "times"), [("before_commit", 2), ("after_commit", 1)])
def test_a_crash_while_people_are_told_tells_them_again_rather_than_never(
    office: Office, point: str, times: int
) -> None:
    with dying_at(f"alarms.told.{point}", 1):
        office.round("x")
    for _ in range(2):
        office.round("x")
    assert office.notebook.told == ["Casebridge: x is wrong."] * times


class Kept(Sink):  # type: ignore[misc] # aiosmtpd is not typed
    """Keeps the mails that come."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.mails: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - of aiosmtpd
        """Keep one."""
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Kept, int]]:
    """Return a post office and its port."""
    kept = Kept()
    with post_office(kept) as port:
        yield kept, port


def test_a_mail_has_all_of_it(post: tuple[Kept, int]) -> None:
    kept, port = post
    Mail(
        name="ops",
        host="127.0.0.1",
        port=port,
        sender="casebridge@acme.example",
        to=("a@acme.example", "b@acme.example"),
    ).send(NEWS)
    (mail,) = kept.mails
    text = mail.content.decode()
    assert mail.rcpt_tos == ["a@acme.example", "b@acme.example"]
    assert "Subject: Casebridge: x cannot be read." in text
    assert "Auto-Submitted: auto-generated" in text
    assert "Next: casebridge check" in text


@pytest.mark.parametrize("how", ["tls_context", "ssl_context"])
def test_a_mail_goes_encrypted_where_the_server_can(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Encrypted()
    with post_office(kept, **{how: own_certificate(tmp_path)}) as port:
        if how == "ssl_context":
            monkeypatch.setattr("bridge.alarms.sending._TLS_FROM_THE_START", port)
        mail = Mail(name="ops", host="127.0.0.1", port=port, sender="c@acme.example", to=("a@acme.example",))
        mail.send(NEWS)
    assert kept.encrypted == [True]


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Mail]:
    """Return how mail is sent with a password to a server that stands elsewhere."""
    monkeypatch.setattr("bridge.alarms.sending.LOOPBACK", ())
    given = {"host": "127.0.0.1", "sender": "c@acme.example", "to": ("a@acme.example",), "user": "u"}
    return lambda port: Mail(name="ops", port=port, password=SecretStr("hush"), **given)  # type: ignore[arg-type] # in a dict


def test_a_password_goes_to_no_server_that_cannot_prove_itself(tmp_path: Path, far: Callable[[int], Mail]) -> None:
    kept = Encrypted()
    with (
        post_office(kept, tls_context=own_certificate(tmp_path)) as port,
        pytest.raises(Transient, match="SSLCertVerificationError"),
    ):
        far(port).send(NEWS)
    assert kept.encrypted == []


def test_a_password_goes_over_no_open_line(far: Callable[[int], Mail]) -> None:
    kept = Encrypted()
    with post_office(kept) as port, pytest.raises(Transient, match=r"offers no encryption, so the password was not"):
        far(port).send(NEWS)
    assert kept.encrypted == []


class Encrypted(Sink):  # type: ignore[misc] # aiosmtpd is not typed
    """Notes whether mails come encrypted."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.encrypted: list[bool] = []

    async def handle_DATA(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - of aiosmtpd
        """Note how it came."""
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"


@contextmanager
def post_office(handler: Sink, **more: ssl.SSLContext) -> Iterator[int]:
    """Run a post office; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def own_certificate(folder: Path) -> ssl.SSLContext:
    """Return the context of a server with a certificate that nobody else signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.example")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(now).not_valid_after(now + timedelta(hours=1)).sign(key, hashes.SHA256())
    file = folder / "post.pem"
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(pem, *plain) + signed.public_bytes(pem))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


def test_a_post_office_that_is_closed_is_told_without_a_secret() -> None:
    mail = Mail(
        name="ops",
        host="127.0.0.1",
        port=1,
        sender="c@a.example",
        to=("a@a.example",),
        user="u",
        password=SecretStr("hush"),
    )
    with pytest.raises(Transient, match=r"^the mail was not taken by 127\.0\.0\.1: ConnectionRefusedError\.$"):
        mail.send(NEWS)


@pytest.mark.parametrize("shape", ["webhook", "slack", "teams"])
@respx.mock
def test_a_hook_takes_its_own_shape(shape: str) -> None:
    route = respx.post("https://hook.example/hush").mock(return_value=httpx.Response(200))
    Hook(name="ops", url=SecretStr("https://hook.example/hush"), shape=shape).send(NEWS)  # type: ignore[arg-type] # a parameter
    body = orjson.loads(route.calls[0].request.content)
    if shape == "webhook":
        assert (body["severity"], body["state"], body["alert"], body["text"]) == ("critical", "raised", 3, NEWS.text)
    elif shape == "slack":
        said = "*Casebridge: x cannot be read.*\nSince 2026-03-02 10:00 UTC.\nNext: casebridge check"
        assert body == {"text": f":rotating_light: {said}"}
    else:
        (card,) = body["attachments"]
        assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
        title, rest = (block["text"] for block in card["content"]["body"])
        assert title == "Casebridge: x cannot be read."
        assert rest == "Since 2026-03-02 10:00 UTC.\n\nNext: casebridge check"


@respx.mock
def test_what_strangers_wrote_calls_nobody_together_in_slack() -> None:
    route = respx.post("https://hook.example/hush").mock(return_value=httpx.Response(200))
    news = News(1, Severity.WARNING, recovered=True, text="refused: <!channel> & <https://evil.example|here>")
    Hook(name="ops", url=SecretStr("https://hook.example/hush"), shape="slack").send(news)
    told = "refused: &lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;"
    assert orjson.loads(route.calls[0].request.content) == {
        "text": f":white_check_mark: *Casebridge: recovered: {told}*"
    }


@respx.mock
def test_an_address_that_fails_is_never_shown() -> None:
    respx.post("https://hook.example/hush").mock(side_effect=[httpx.Response(404), httpx.ConnectError("hush")])
    hook = Hook(name="ops", url=SecretStr("https://hook.example/hush"))
    for said in ("it answered 404.", "it cannot be reached: ConnectError."):
        with pytest.raises(Transient) as caught:
            hook.send(NEWS)
        assert str(caught.value) == said
    assert "hush" not in repr(hook)


@respx.mock
def test_a_heart_beats() -> None:
    route = respx.get("https://beat.example/1").mock(return_value=httpx.Response(200))
    beat(SecretStr("https://beat.example/1"))
    assert route.called
