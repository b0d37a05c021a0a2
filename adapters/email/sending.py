"""Giving one mail to the SMTP server, step by step, so that it is known how far it got.

Until the server was told to take the words (DATA), nothing has left, whatever happens. After that an answer says what
became of it; where none comes, nobody knows.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import structlog

from adapters.email import errors
from adapters.email.settings import Safety
from bridge.nouns import Refusal, Retry, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapters.email.settings import EmailSettings
    from adapters.email.signing_in import Credentials
    from bridge.nouns import Outcome

log = structlog.get_logger(__name__)

_LATER = 120.0
"""Seconds until a recipient that was refused for now (grey-listing) is tried again at the earliest."""
_REMEDIES = {
    "5.1.1": "there is no such mailbox; ask the customer by another channel for the right address",
    "5.1.2": "the address's domain takes no mail; ask the customer by another channel for the right address",
    "5.2.1": "the customer's mailbox is closed; use another channel",
    "5.2.2": "the customer's mailbox is full; try again later or use another channel",
    "5.3.4": "the mail is too large; send the text without its files",
    "5.7.1": "the customer's server, or yours, does not let this mail pass; ask whoever runs the mail server",
}
_BY_CODE = {552: _REMEDIES["5.3.4"], 550: _REMEDIES["5.1.1"], 553: "the address is not valid", 554: _REMEDIES["5.7.1"]}
_NOT_WIDE = "the server takes no addresses with letters beyond ASCII (SMTPUTF8); ask the customer for another address"
_OTHERWISE = "look at what the server says, or use another channel"


class Server:
    """The SMTP server of a connection; opened for one mail."""

    def __init__(self, name: str, settings: EmailSettings, credentials: Credentials) -> None:
        """Open nothing."""
        self._name, self._settings, self._credentials = name, settings, credentials

    def check(self) -> None:
        """Sign in and go. Raises what stops it."""
        with self._signed_in():
            pass

    def send(
        self, data: bytes, recipients: Sequence[str], *, about_to: Callable[[], None], taken_back: Callable[[], None]
    ) -> Outcome | None:
        """Send a mail to the first recipient, and to those of the others whom the server takes; None: it was taken.

        ``about_to`` is called when nothing but the words is missing, ``taken_back`` when they were refused after that.
        Raises what concerns the whole connection, and is known to have sent nothing.
        """
        with self._signed_in() as client:
            with errors.smtp(self._name):
                refused = self._addressed(client, recipients, len(data))
            if refused is not None:
                return refused
            about_to()
            return self._words(client, data, taken_back)

    def _addressed(self, client: smtplib.SMTP, recipients: Sequence[str], size: int) -> Outcome | None:
        """Say from whom and to whom; returns why the first recipient does not get it, None if it does."""
        largest = client.esmtp_features.get("size", "")
        if largest.isdecimal() and 0 < int(largest) < size:
            return Refusal(f"the mail has {size} bytes, the server takes {largest}: {_REMEDIES['5.3.4']}", code="5.3.4")
        options = [f"SIZE={size}"] if "size" in client.esmtp_features else []
        if not all(each.isascii() for each in (self._settings.address, *recipients)):
            if not client.has_extn("smtputf8"):
                return Refusal(_NOT_WIDE, code="5.6.7")
            client.command_encoding = "utf-8"
            options.append("SMTPUTF8")
        code, said = client.mail(self._settings.address, options)
        if code >= 400:
            raise errors.answer(self._name, code, errors.text(said))
        for number, recipient in enumerate(recipients):
            code, said = client.rcpt(recipient)
            if code >= 400 and number == 0:
                return refusal(code, errors.text(said))
            if code >= 400:
                log.warning("a further recipient was refused", connection=self._name, code=code)
        return None

    def _words(self, client: smtplib.SMTP, data: bytes, taken_back: Callable[[], None]) -> Outcome | None:
        try:
            code, said = client.data(data)
        except smtplib.SMTPDataError as error:
            taken_back()
            return refusal(error.smtp_code, errors.text(error.smtp_error))
        except (smtplib.SMTPException, OSError, EOFError) as error:
            return Unknown(f"the server gave no answer after it got the mail: {type(error).__name__}")
        if code >= 400:
            taken_back()
            return refusal(code, errors.text(said))
        return None

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        with errors.smtp(self._name):
            client = self._connect()
        try:
            yield client
        finally:
            with suppress(Exception):  # whatever it answers to a good-bye
                client.quit()
            client.close()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        safety, timeout = settings.smtp_safety, settings.timeout
        context = ssl.create_default_context() if safety is not Safety.NONE else None
        client: smtplib.SMTP
        if safety is Safety.TLS:
            client = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=timeout, context=context)
        else:
            client = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=timeout)
        try:
            if safety is Safety.STARTTLS:
                client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
            self._sign_in(client)
        except BaseException:
            client.close()
            raise
        return client

    def _sign_in(self, client: smtplib.SMTP) -> None:
        if not self._settings.smtp_sign_in:
            return
        sign_in = _by_token if self._credentials.by_token else smtplib.SMTP.login
        self._credentials.use(partial(sign_in, client, self._settings.signs_in_as))


def _by_token(client: smtplib.SMTP, user: str, token: str) -> None:
    """Sign in by XOAUTH2; a server that refuses explains itself in a challenge, and wants an empty line before it says so."""
    client.auth("XOAUTH2", lambda challenge=None: "" if challenge else f"user={user}\x01auth=Bearer {token}\x01\x01")


def refusal(code: int, said: str) -> Outcome:
    """Return what follows from the refusal of one recipient, or of the words."""
    if code < 500:
        return Retry(_LATER, f"the server says {code} {said}")
    enhanced = said.split(" ", maxsplit=1)[0]
    remedy = _REMEDIES.get(enhanced) or _BY_CODE.get(code, _OTHERWISE)
    known = enhanced if enhanced[:2] == "5." else str(code)
    return Refusal(f"the mail server says {code} {said}: {remedy}", code=known)
