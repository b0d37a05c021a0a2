"""Reading folders: what is new in each, mail by mail."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.email import cursor, parse
from adapters.email.cursor import Position
from adapters.email.doubles import doubles
from bridge.nouns import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.email.files import Files
    from adapters.email.imap import Account, Selected
    from adapters.email.settings import EmailSettings
    from bridge.nouns import SourceEvent

_AROUND = timedelta(days=2)
"""Searching by date knows days only, in the server's zone."""
_BYTES = 30_000_000
"""Mails are fetched together up to so many bytes."""


class Reader:
    """Reads the folders of an account."""

    def __init__(self, account: Account, settings: EmailSettings, mailbox: parse.Mailbox, files: Files) -> None:
        """Read through ``account``; ``files`` is told where mails with files stand."""
        self._account, self._settings, self._mailbox, self._files = account, settings, mailbox, files
        self._stored: list[tuple[str, int]] = []

    def end(self, folder: str) -> Position:
        """Return the position behind everything that is in a folder."""
        opened = self._account.select(folder)
        last = opened.next_uid - 1 if opened.next_uid else max(self._account.after(0), default=0)
        arrived = self._account.sizes([last]).get(last, (0, None))[1] if last else None
        return Position(opened.validity, last, arrived)

    def before(self, folder: str, time: datetime) -> Position:
        """Return the position before the first mail that arrived at ``time`` or later."""
        opened = self._account.select(folder)
        days = self._account.since(time - _AROUND)
        arrivals = self._account.sizes(days)
        later = [uid for uid, (_, arrived) in arrivals.items() if arrived is None or arrived >= time]
        if later:
            return Position(opened.validity, min(later) - 1, time)
        return Position(opened.validity, self.end(folder).uid, time)

    def unread(self, folder: str, known: Mapping[str, Position]) -> tuple[Selected, list[int]]:
        """Open a folder and return the UIDs of what is to be read in it.

        Where UIDs have lost their meaning, or the folder was not read before, it is what arrived since shortly before the
        last mail that was read: what comes twice so is known by its Message-ID.
        """
        opened = self._account.select(folder, change=self._settings.mark_seen)
        position = known.get(folder)
        if position is not None and position.validity == opened.validity:
            return opened, self._account.after(position.uid)
        times = [position.arrived] if position is not None else [each.arrived for each in known.values()]
        since = max((time for time in times if time is not None), default=None)
        return opened, self._account.after(0) if since is None else self._account.since(since - _AROUND)

    def pages(self, known: dict[str, Position]) -> Iterator[Page]:
        """Yield what is new, and the cursor behind it."""
        sent_folder, folders = self._account.sent_folder(), self._account.read_folders()
        if not known:  # from the beginning: said of every folder, so that none is taken for one that was added later
            known |= {folder: Position(self._account.select(folder).validity, 0) for folder in folders}
        for folder in folders:
            sent = folder == sent_folder
            opened, uids = self.unread(folder, known)
            before = known.get(folder)
            for bunch in self._bunches(uids):
                events = self._events(opened, bunch, sent=sent)
                known[folder] = _behind(opened, bunch, known.get(folder))
                yield Page(tuple(events), cursor.dump(known))
                self._stored += [(folder, uid) for uid in bunch]
            if not uids and (before is None or before.validity != opened.validity):
                known[folder] = self.end(folder)
                yield Page((), cursor.dump(known))

    def mark(self) -> None:
        """Mark as read what was stored, if the settings ask for it."""
        stored, self._stored = self._stored, []
        if not self._settings.mark_seen:
            return
        for folder in dict.fromkeys(folder for folder, _ in stored):
            self._account.select(folder, change=True)
            self._account.flag([uid for each, uid in stored if each == folder], "\\Seen")

    def _bunches(self, uids: list[int]) -> Iterator[dict[int, tuple[int, datetime | None]]]:
        """Yield UIDs with size and arrival in bunches that are read together; in order."""
        for start in range(0, len(uids), self._settings.page_size):
            some = uids[start : start + self._settings.page_size]
            found = self._account.sizes(some)
            bunch: dict[int, tuple[int, datetime | None]] = {}
            for uid in some:
                size, arrived = found.get(uid, (0, None))
                if bunch and sum(each for each, _ in bunch.values()) + size > _BYTES:
                    yield bunch
                    bunch = {}
                bunch[uid] = (min(size, self._settings.max_bytes), arrived)
            yield bunch

    def _events(
        self, opened: Selected, bunch: Mapping[int, tuple[int, datetime | None]], *, sent: bool
    ) -> list[SourceEvent]:
        mails = self._account.mails(bunch, self._settings.max_bytes)
        doubled = doubles(self._account, mails)
        events: list[SourceEvent] = []
        for mail in mails:
            place = parse.Place(
                where=f"{opened.name}:{opened.validity}:{mail.uid}",
                arrived=mail.arrived,
                sent_folder=sent,
                whole_size=mail.size if mail.size > self._settings.max_bytes else 0,
                again=mail.uid in doubled,
            )
            said = parse.events(mail.data, self._mailbox, place)
            self._files.remember(said, opened, mail.uid)
            events += said
        return events


def _behind(opened: Selected, bunch: Mapping[int, tuple[int, datetime | None]], before: Position | None) -> Position:
    times = [arrived for _, arrived in bunch.values() if arrived is not None]
    if before is not None and before.arrived is not None:
        times.append(before.arrived)
    return Position(opened.validity, max(bunch), max(times, default=None))
