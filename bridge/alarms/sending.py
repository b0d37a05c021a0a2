"""Ways to tell people: mail, and webhooks in the shapes of Slack, Teams or our own. And the heartbeat."""

from __future__ import annotations

import smtplib
import ssl
from abc import ABC, abstractmethod
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from typing import TYPE_CHECKING, Any, Literal

import httpx

from bridge.errors import Transient
from bridge.web_address import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import SecretStr

    from bridge.alarms.keeping import News

TIMEOUT = 15.0
_TLS_FROM_THE_START = 465


class Channel(ABC):
    """A way to tell people; ``name`` is that in the project file."""

    name: str

    @abstractmethod
    def send(self, news: News) -> None:
        """Tell one thing. Raises ``Transient``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail(Channel):
    """By SMTP: with TLS on port 465, else with STARTTLS where the server offers it."""

    name: str
    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: SecretStr | None = None

    def send(self, news: News) -> None:
        """Send a mail to all."""
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = news.title(), self.sender, ", ".join(self.to)
        mail["Message-ID"], mail["Auto-Submitted"] = make_msgid(domain="casebridge.invalid"), "auto-generated"
        mail.set_content(news.text)
        try:
            with self._server() as server:
                if self.password is not None:
                    server.login(self.user, self.password.get_secret_value())
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            message = f"the mail was not taken by {self.host}: {type(error).__name__}."
            raise Transient(message) from None  # the cause may quote credentials

    def _server(self) -> smtplib.SMTP:
        """Return a connection that is encrypted wherever that can be; a password goes over no other."""
        context = ssl.create_default_context()
        if (
            self.password is None or self.host in LOOPBACK
        ):  # as mail servers among themselves: nothing secret goes over it
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self.port == _TLS_FROM_THE_START:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        elif self.password is not None and self.host not in LOOPBACK:
            server.close()
            raise Transient(f"{self.host} offers no encryption, so the password was not sent; nor was the mail.")
        return server


def _own(news: News) -> dict[str, Any]:
    return {
        "title": news.title(),
        "text": news.text,
        "severity": news.severity.name.lower(),
        "state": "recovered" if news.recovered else "raised",
        "alert": news.id,
    }


def _slack(news: News) -> dict[str, Any]:
    mark = ":white_check_mark:" if news.recovered else ":rotating_light:"
    said = f"{mark} *{_escaped(news.title())}*\n{_escaped(news.details())}"
    return {"text": said.strip()}


def _escaped(text: str) -> str:
    """Return text in which nothing is a link or a mention to Slack: no post of a stranger calls everybody together."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(news: News) -> dict[str, Any]:
    blocks = [
        {"type": "TextBlock", "weight": "Bolder", "wrap": True, "text": news.title()},
        {"type": "TextBlock", "wrap": True, "text": news.details().replace("\n", "\n\n")},
    ]
    card = {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4"}
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card | {"body": blocks}}
    return {"type": "message", "attachments": [content]}


Shape = Literal["webhook", "slack", "teams"]
SHAPES: Mapping[str, Callable[[News], dict[str, Any]]] = {"webhook": _own, "slack": _slack, "teams": _teams}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook(Channel):
    """By a POST to an address that is a secret itself."""

    name: str
    url: SecretStr
    shape: Shape = "webhook"

    def send(self, news: News) -> None:
        """Post."""
        _call("POST", self.url.get_secret_value(), json=SHAPES[self.shape](news))


def beat(url: SecretStr) -> None:
    """Tell a dead man's switch that a run came to its end. Raises ``Transient``."""
    _call("GET", url.get_secret_value())


def _call(method: str, url: str, **more: Any) -> None:  # noqa: ANN401 - of httpx
    try:
        answer = httpx.request(method, url, timeout=TIMEOUT, **more)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = f"it cannot be reached: {type(error).__name__}."
        raise Transient(message) from None  # the address is a secret
    if answer.status_code >= 300:
        raise Transient(f"it answered {answer.status_code}.")
