"""What mail servers say, as our errors: the one place where theirs become ours."""

from __future__ import annotations

import imaplib
import smtplib
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imapclient.exceptions import LoginError  # type: ignore[import-untyped]  # ships no types

from bridge.errors import AuthError, ConfigError, RateLimited, Refused, Transient

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAIT = 300.0
"""Seconds to wait where a server asks to slow down; it does not say for how long."""
_SLOWER = ("throttl", "too many", "rate limit", "[limit]", "[inuse]", "try again later", "exceeded")
_PASSING = ("[unavailable]", "temporar", "internal error", "[serverbug]")
_FORBIDDEN = (
    "[noperm]",
    "[nonexistent]",
    "[cannot]",
    "permission denied",
    "doesn't exist",
    "does not exist",
    "unknown mailbox",
)
_FULL = ("[overquota]", "quota")


@contextmanager
def imap(name: str) -> Iterator[None]:
    """Name what goes wrong with the IMAP server of a connection."""
    try:
        yield
    except LoginError as error:
        raise _login(name, _said(error)) from None  # the cause may hold what was sent
    except ssl.SSLCertVerificationError as error:
        raise ConfigError(
            f"{name}: the mail server's certificate cannot be trusted: {error.verify_message}."
        ) from error
    except imaplib.IMAP4.abort as error:
        raise Transient(f"{name}: the mail server ended the connection: {_said(error)}") from error
    except imaplib.IMAP4.error as error:
        raise _named(name, _said(error)) from error
    except (OSError, EOFError) as error:
        raise Transient(f"{name}: the mail server cannot be reached: {error or type(error).__name__}") from error


@contextmanager
def smtp(name: str) -> Iterator[None]:
    """Name what goes wrong before an answer was given to the SMTP server; refusals of one mail are ``sending``'s."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise Transient(f"{name}: signing in at the SMTP server is not possible now ({error.smtp_code}).") from None
        raise AuthError(
            f"{name}: the SMTP server refuses the sign-in ({error.smtp_code}). Renew the password, or: casebridge connect {name}"
        ) from None
    except smtplib.SMTPNotSupportedError as error:
        raise ConfigError(f"{name}: the SMTP server lacks what the settings ask for: {error}") from error
    except smtplib.SMTPResponseException as error:
        raise answer(name, error.smtp_code, text(error.smtp_error)) from error
    except ssl.SSLCertVerificationError as error:
        raise ConfigError(
            f"{name}: the SMTP server's certificate cannot be trusted: {error.verify_message}."
        ) from error
    except (smtplib.SMTPException, OSError, EOFError) as error:
        raise Transient(f"{name}: the SMTP server cannot be reached: {error or type(error).__name__}") from error


def answer(name: str, code: int, said: str) -> Transient | Refused:
    """Return the error for an answer of the SMTP server that refuses everything, not one recipient."""
    sentence = f"{name}: the SMTP server says {code} {said}".rstrip(". ") + "."
    if 400 <= code < 500:
        slower = said.startswith("4.7.") or any(each in said.lower() for each in _SLOWER)
        return RateLimited(sentence, retry_after=_WAIT) if slower else Transient(sentence)
    return Refused(sentence)


def text(said: bytes | str) -> str:
    """Return an answer of a server as one line."""
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)).split())[:300]


def refuses_secret(error: Exception) -> bool:
    """Tell whether a server does not take what it was given to sign in with; one that asks to wait may well take it later."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return error.smtp_code >= 500
    return isinstance(error, LoginError) and not any(each in _said(error).lower() for each in (*_SLOWER, *_PASSING))


def _said(error: BaseException) -> str:
    first = error.args[0] if error.args else ""
    return text(first) if isinstance(first, bytes | str) else type(error).__name__


def _login(name: str, said: str) -> AuthError | Transient:
    lowered = said.lower()
    if any(each in lowered for each in _SLOWER):
        return RateLimited(f"{name}: the mail server asks to sign in less often: {said}", retry_after=_WAIT)
    if any(each in lowered for each in _PASSING):
        return Transient(f"{name}: signing in is not possible now: {said}")
    return AuthError(f"{name}: the mail server refuses the sign-in. Renew the password, or: casebridge connect {name}")


def _named(name: str, said: str) -> Transient | Refused | ConfigError:
    lowered = said.lower()
    if any(each in lowered for each in _FULL):
        return Refused(f"{name}: the mailbox is full: {said}. Make room in it.")
    if any(each in lowered for each in _SLOWER):
        return RateLimited(f"{name}: the mail server asks to wait: {said}", retry_after=_WAIT)
    if any(each in lowered for each in _FORBIDDEN):
        return ConfigError(f"{name}: the mail server refuses: {said}. Look at the account's rights and the folders.")
    return Transient(f"{name}: the mail server is in trouble: {said}")
