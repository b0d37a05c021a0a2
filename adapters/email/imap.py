"""The account at the IMAP server: opened when first needed, read without a trace, opened anew after it broke."""

from __future__ import annotations

import ssl
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

from imapclient import IMAPClient, SocketTimeout  # type: ignore[import-untyped]  # ships no types
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]  # ships no types

from adapters.email import errors
from adapters.email.settings import Safety
from bridge.errors import CasebridgeError, ConfigError, Unsupported

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from adapters.email.settings import EmailSettings
    from adapters.email.signing_in import Credentials

NO_SENT_FOLDER = "none"
_USUAL_SENT = (
    "sent",
    "sent items",
    "sent messages",
    "sent mail",
    "gesendet",
    "gesendete objekte",
    "gesendete elemente",
)
"""Names of folders of sent mail at servers that do not say which it is."""
_ARRIVED, _SIZE, _WHOLE, _PART = b"INTERNALDATE", b"RFC822.SIZE", b"BODY[]", b"BODY[]<0>"
_STALE = 240.0
"""Seconds without a call after which a connection may have been ended without a word: a new one is opened instead."""
UNSENT = "\\Draft"
"""Flag of a copy that stands in the folder of sent mail before its mail is known to have left."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the server holds it."""

    uid: int
    data: bytes
    arrived: datetime | None
    size: int


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder that was opened."""

    name: str
    validity: int
    next_uid: int


class Account:
    """One account; used by one thread at a time."""

    def __init__(self, name: str, settings: EmailSettings, credentials: Credentials) -> None:
        """Open nothing."""
        self.name, self._settings, self._credentials = name, settings, credentials
        self._client: IMAPClient | None = None
        self._used = 0.0

    def close(self) -> None:
        """Sign out; may be called twice."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # whatever the server answers, we are gone
                client.logout()

    def folders(self) -> list[tuple[tuple[bytes, ...], str]]:
        """Return all folders that can be opened, with their flags."""
        with self._open() as client:
            listed = client.list_folders()
        return [(flags, str(name)) for flags, _, name in listed if b"\\Noselect" not in flags]

    def read_folders(self) -> list[str]:
        """Return the folders that are read, the one of sent mail last. Raises ``ConfigError`` if one is not there."""
        known = self.folders()
        names = [name for _, name in known]
        wanted: list[str] = []
        for pattern in self._settings.folders:
            found = sorted(name for name in names if _matches(name, pattern))
            if not found:
                raise ConfigError(
                    f"{self.name}: there is no folder {pattern!r}; there are: {', '.join(sorted(names))}."
                )
            wanted += found
        sent = self.sent_folder(known)
        return [*dict.fromkeys(name for name in wanted if name != sent), *([sent] if sent else [])]

    def sent_folder(self, known: Sequence[tuple[tuple[bytes, ...], str]] | None = None) -> str:
        """Return the folder of sent mail, empty if there is none."""
        if self._settings.sent_folder == NO_SENT_FOLDER:
            return ""
        known = self.folders() if known is None else known
        names = [name for _, name in known]
        if self._settings.sent_folder:
            return self._settings.sent_folder if self._settings.sent_folder in names else ""
        marked = [name for flags, name in known if b"\\Sent" in flags]
        usual = [
            name for word in _USUAL_SENT for name in names if name.rpartition("/")[2].rpartition(".")[2].lower() == word
        ]
        return next(iter([*marked, *usual]), "")

    def select(self, folder: str, *, change: bool = False) -> Selected:
        """Open a folder; without ``change`` nothing in it can be changed, not even by accident."""
        with self._open() as client:
            found = client.select_folder(folder, readonly=not change)
        return Selected(folder, int(found.get(b"UIDVALIDITY", 0)), int(found.get(b"UIDNEXT", 0)))

    def after(self, uid: int) -> list[int]:
        """Return the UIDs of the opened folder behind ``uid``, in order; drafts were not sent and are left out.

        The server always returns the last mail, too, however low its UID.
        """
        return sorted(each for each in self.search(["UNDRAFT", "UID", f"{uid + 1}:*"]) if each > uid)

    def since(self, time: datetime) -> list[int]:
        """Return the UIDs of what arrived on the day of ``time`` by the server's calendar, or later, in order."""
        return sorted(self.search(["UNDRAFT", "SINCE", time.date()]))

    def search(self, criteria: Sequence[Any]) -> list[int]:
        """Search the opened folder."""
        with self._open() as client:
            return [int(uid) for uid in client.search(list(criteria))]

    def by_message_id(self, message_id: str) -> list[int]:
        """Return the UIDs of mails of the opened folder with this Message-ID; servers search for it anywhere in the header."""
        return self.search(["HEADER", "Message-ID", message_id])

    def sizes(self, uids: Collection[int]) -> dict[int, tuple[int, datetime | None]]:
        """Return size in bytes and arrival of mails; those that are gone meanwhile are left out."""
        with self._open() as client:
            found = client.fetch(list(uids), [_SIZE, _ARRIVED]) if uids else {}
        return {
            int(uid): (int(each.get(_SIZE, 0)), _utc(each.get(_ARRIVED)))
            for uid, each in found.items()
            if _SIZE in each
        }

    def mails(self, uids: Collection[int], longest: int) -> list[Mail]:
        """Read mails without marking them; of each at most ``longest`` bytes."""
        with self._open() as client:
            what = [_ARRIVED, _SIZE, f"BODY.PEEK[]<0.{longest}>".encode()]
            found = client.fetch(list(uids), what) if uids else {}
        return [
            Mail(
                int(uid),
                each.get(_PART, each.get(_WHOLE, b"")) or b"",
                _utc(each.get(_ARRIVED)),
                int(each.get(_SIZE, 0)),
            )
            for uid, each in sorted(found.items())
            if _SIZE in each
        ]

    def flag(self, uids: Collection[int], flag: str, *, on: bool = True) -> None:
        """Set or take a flag of mails of the opened folder."""
        with self._open() as client:
            (client.add_flags if on else client.remove_flags)(list(uids), [flag], silent=True)

    def flags(self, uids: Collection[int]) -> dict[int, frozenset[str]]:
        """Return the flags of mails of the opened folder."""
        with self._open() as client:
            found = client.get_flags(list(uids)) if uids else {}
        return {int(uid): frozenset(each.decode("ascii", "replace") for each in flags) for uid, flags in found.items()}

    def append(self, folder: str, data: bytes, flags: Sequence[str], at: datetime) -> None:
        """Put a mail into a folder."""
        with self._open() as client:
            client.append(folder, data, flags, at)

    def remove(self, uids: Collection[int]) -> None:
        """Delete mails of the opened folder; where the server can delete none alone they stay marked as deleted."""
        with self._open() as client:
            client.add_flags(list(uids), ["\\Deleted"], silent=True)
            if client.has_capability("UIDPLUS"):
                client.uid_expunge(list(uids))

    def wait(self, seconds: float) -> bool:
        """Wait until something happens in the opened folder (IDLE), at most so long; tell whether anything did.

        Raises ``Unsupported`` at a server that knows no IDLE.
        """
        with self._open() as client:
            if not client.has_capability("IDLE"):
                message = f"{self.name}: the mail server does not tell of new mail by itself (no IDLE)."
                raise Unsupported(message, manual_step="Poll it: casebridge watch does.")
            client.idle()
            try:
                heard = client.idle_check(timeout=seconds)
            finally:
                client.idle_done()
        return any(isinstance(each, tuple) and b"EXISTS" in each for each in heard)

    def capabilities(self) -> frozenset[str]:
        """Return what the server says that it can."""
        with self._open() as client:
            return frozenset(each.decode("ascii", "replace").upper() for each in client.capabilities())

    @contextmanager
    def _open(self) -> Iterator[IMAPClient]:
        """Give the open connection; one on which something went wrong is not used again."""
        with errors.imap(self.name):
            try:
                if self._client is not None and time.monotonic() - self._used > _STALE:
                    self._drop()
                if self._client is None:
                    self._client = self._connect()
                self._used = time.monotonic()
                yield self._client
                self._used = time.monotonic()
            except Exception as error:
                if not isinstance(error, IMAPClientError) or _broken(error):
                    self._drop()
                raise

    def _connect(self) -> IMAPClient:
        settings = self._settings
        safety = settings.imap_safety
        context = ssl.create_default_context() if safety is not Safety.NONE else None
        timeout = SocketTimeout(connect=settings.timeout, read=settings.timeout)
        client = IMAPClient(
            settings.imap_host,
            settings.imap_port,
            ssl=safety is Safety.TLS,
            ssl_context=context if safety is Safety.TLS else None,
            timeout=timeout,
        )
        try:
            if safety is Safety.STARTTLS:
                client.starttls(context)
            sign_in = client.oauth2_login if self._credentials.by_token else client.login
            self._credentials.use(partial(sign_in, settings.signs_in_as))
        except BaseException:
            with suppress(Exception):
                client.shutdown()
            raise
        client.normalise_times = False
        return client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.shutdown()


def _matches(name: str, pattern: str) -> bool:
    same_inbox = name.upper() == "INBOX" == pattern.upper()
    return same_inbox or name == pattern or ("*" in pattern and fnmatchcase(name, pattern.replace("[", "[[]")))


def _utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)


def _broken(error: BaseException) -> bool:
    """Tell whether the connection is of no more use after an error."""
    return not isinstance(error, CasebridgeError) and type(error).__name__ in (
        "abort",
        "IMAPClientAbortError",
        "LoginError",
    )
