"""Attachments: fetched from the mailbox when the engine wants them, from wherever their mail stands by then."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING
from urllib.parse import unquote

from adapters.email import mime, naming
from bridge.nouns import Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.email.imap import Account, Selected
    from adapters.email.settings import EmailSettings
    from bridge.nouns import SourceEvent

SCHEME = "mid:"
"""As RFC 2392 writes the address of a part of a mail."""
_REMEMBERED = 5_000
"""Mails with files whose place is remembered, so that none is searched for right after it was read."""
_NAMELESS = 200
"""Mails that are looked through for one, newest first: with its id or a part of it, without any, and in all."""


class Files:
    """Finds the files of mails."""

    def __init__(self, account: Account, settings: EmailSettings) -> None:
        """Look through ``account``."""
        self._account, self._settings = account, settings
        self._places: OrderedDict[str, tuple[str, int, int]] = OrderedDict()

    def remember(self, said: Sequence[SourceEvent], opened: Selected, uid: int) -> None:
        """Note where a mail with files stands."""
        for event in said:
            if isinstance(event, Said) and event.message.attachments:
                self._places[event.message.native_id] = (opened.name, opened.validity, uid)
        while len(self._places) > _REMEMBERED:
            self._places.popitem(last=False)

    def content(self, url: str) -> bytes | None:
        """Return a file by its address (``mid:id/number``); None if its mail is in no folder that is read."""
        id_, _, number = url.removeprefix(SCHEME).rpartition("/")
        for data in self._candidates(unquote(id_)):
            mail = mime.read(data)
            parts = mime.parts_of(mail)
            if naming.same(unquote(id_), mail, parts.text) and number.isdecimal() and int(number) < len(parts.files):
                return parts.files[int(number)].content
        return None

    def _candidates(self, id_: str) -> Iterator[bytes]:
        """Yield mails that may be the one, the remembered one first."""
        place = self._places.get(id_)
        if place is not None:
            folder, validity, uid = place
            if self._account.select(folder).validity == validity:
                yield from self._data([uid])
        for folder in self._account.read_folders():
            self._account.select(folder)
            yield from self._data(self._named(id_))

    def _named(self, id_: str) -> list[int]:
        base = naming.searchable(naming.message_id(id_))
        if base:
            return sorted(self._account.by_message_id(base), reverse=True)[:_NAMELESS]
        nameless = self._account.search(["NOT", "HEADER", "Message-ID", ""])
        every = self._account.search(["ALL"])  # with an id that no server can be asked for
        newest = (sorted(some, reverse=True)[:_NAMELESS] for some in (nameless, every))
        return list(dict.fromkeys(uid for some in newest for uid in some))

    def _data(self, uids: Sequence[int]) -> Iterator[bytes]:
        for uid in uids:
            for mail in self._account.mails([uid], self._settings.max_bytes):
                yield mail.data
