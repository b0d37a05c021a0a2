"""The mailbox as a source: folder by folder, from where it was left, without a trace in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Self

from adapters.email import cursor, parse
from adapters.email.checking import findings
from adapters.email.files import Files
from adapters.email.imap import Account
from adapters.email.reading import Reader
from adapters.email.settings import EmailSettings
from adapters.email.signing_in import Credentials
from bridge.contracts import Source
from bridge.errors import Unsupported
from bridge.nouns import Account as Checked
from bridge.nouns import Cursor, Estimate, Page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from bridge.contracts import Surroundings
    from bridge.signing_in import Person


class EmailSource(Source):
    """Reads the folders of one account."""

    settings_model = EmailSettings
    live: ClassVar[bool] = True
    unseen: ClassVar[tuple[str, ...]] = (
        "whether an answer was read, unless the customer's program sends a receipt",
        "mails that a filter moved into folders that are not read",
        "that a customer took a mail back, or that somebody deleted it in the mailbox",
        "who really wrote, where the receiving server proves nothing",
    )

    def __init__(self, settings: EmailSettings, surroundings: Surroundings, own: Collection[str] = ()) -> None:
        """Open nothing; ``own``: further addresses of ours, of other mailboxes."""
        self.settings, self.name, self.clock = settings, surroundings.name, surroundings.clock
        self.accounts = frozenset(settings.addresses)
        self.credentials = Credentials(settings, surroundings)
        self.account = Account(surroundings.name, settings, self.credentials)
        self.mailbox = parse.Mailbox(
            own=frozenset((*settings.addresses, *own)),
            trusted=frozenset(settings.trusted_authserv),
        )
        self._next_uid = 0
        """Of the first folder when it was last waited for."""
        self._files = Files(self.account, settings)
        self._reader = Reader(self.account, settings, self.mailbox, self._files)

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> Self:
        """Return a source; opens nothing. What the project names as ours, here and at other mailboxes, is ours."""
        known = settings.model_dump(include=set(EmailSettings.model_fields))
        named = (getattr(each, name, ()) for each in (settings, *surroundings.beside) for name in ("addresses", "own"))
        own = {address.casefold() for addresses in named for address in addresses}
        return cls(EmailSettings.model_validate(known), surroundings, own)

    def check(self) -> Checked:
        """Try the sign-in, the folders, the sent folder, the clock, and the SMTP server."""
        return Checked(name=self.settings.address, findings=tuple(findings(self)))

    def sign_in(self, person: Person) -> None:
        """Sign in with a person's help, where OAuth is set."""
        self.credentials.sign_in(person)

    def close(self) -> None:
        """Sign out."""
        self.account.close()
        self.credentials.close()

    def head(self) -> Cursor:
        """Return the ends of all folders."""
        return cursor.dump({folder: self._reader.end(folder) for folder in self.account.read_folders()})

    def at(self, time: datetime) -> Cursor:
        """Return, of each folder, the place before the first mail that arrived at ``time`` or later."""
        return cursor.dump({folder: self._reader.before(folder, time) for folder in self.account.read_folders()})

    def estimate(self, after: Cursor) -> Estimate:
        """Count the mails that were not read; they cost nothing."""
        known = cursor.load(after)
        counts = (len(self._reader.unread(folder, known)[1]) for folder in self.account.read_folders())
        return Estimate(messages=sum(counts), money=0.0)

    def pages(self, after: Cursor) -> Iterator[Page]:
        """Yield what came since, folder by folder, in the order of arrival."""
        known = cursor.load(after)
        held: Page | None = None
        for page in self._reader.pages(known):
            if held is not None:
                yield replace(held, more=True)
            held = page
        if held is not None:
            yield held
        self._reader.mark()

    def wait(self, seconds: float) -> bool:
        """Wait for new mail in the first folder (IDLE), at most so long; tell whether there is any, or was since the last time.

        IDLE only wakes: what came is read by ``pages``. Servers end it after some minutes, so wait for ten at most.
        """
        account = Account(self.name, self.settings, self.credentials)
        try:
            folder = account.read_folders()[0]
            before, self._next_uid = self._next_uid, account.select(folder).next_uid
            if before not in (0, self._next_uid):
                return True
            told = account.wait(seconds)
            self._next_uid = account.select(folder).next_uid
            return told
        finally:
            account.close()

    def reread(self, fields: Mapping[str, str], where: str) -> Page:
        """Parse a repaired mail: its whole source text stands in ``mail``."""
        if "mail" not in fields:
            message = f"{where} holds no mail."
            raise Unsupported(message, manual_step="Give the whole mail, with its headers, in the field mail.")
        data = fields["mail"].encode("utf-8", "surrogateescape")
        return Page(tuple(parse.events(data, self.mailbox, parse.Place(where=where))), Cursor())

    def attachment(self, url: str) -> bytes | None:
        """Return the content of an attachment, None if its mail is in no folder any more."""
        return self._files.content(url)
