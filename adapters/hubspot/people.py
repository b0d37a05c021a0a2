"""The account's contacts, for identity: all of them once, by id and resumable, then what changed, merged or went."""

from __future__ import annotations

from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from adapters.hubspot import exports, objects
from adapters.hubspot.cursors import Position
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import CONTACTS, MERGED, READ
from adapters.hubspot.values import moment
from bridge.contact_points import address_of, handles_in
from bridge.nouns import Page, Person, PersonDeleted, PersonMerged, PersonSeen, Shown
from bridge.rows import each
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row
    from bridge.nouns import Cursor, SourceEvent

_FIRST = "0"
"""Where a list begins."""
_PHONES = ("phone", "mobilephone")


def pages(account: Account, after: Cursor) -> Iterator[Page]:
    """Yield pages; a first import goes on where it was interrupted, and ends with what changed meanwhile."""
    now = account.surroundings.clock.now()
    wanted = _properties(account)
    at = Position.read(after) if after.value else _beginning(account, wanted, now)
    if at.export:
        for page in _exported(account, wanted, at):
            at = Position.read(page.cursor)
            yield page
        if at.export:
            return
    if at.listing:
        for rows, following in objects.listed(account.client, CONTACTS, wanted, after=at.listing.removeprefix(_FIRST)):
            at = at.moved(listing=following)
            yield Page(_seen(account, rows), at.cursor(), more=True)
    back = timedelta(seconds=account.settings.overlap_seconds)
    for rows in objects.changed(account.client, CONTACTS, at.since - back, wanted):
        before, at = at, at.moved(since=objects.newest(rows, "lastmodifieddate", at.since))
        yield Page(_seen(account, rows), at.cursor(), more=at != before)
    # By now the search shows everything that is older than the overlap.
    yield _gone(account, at.moved(since=max(at.since, now - back)), now)


def _beginning(account: Account, wanted: list[str], now: datetime) -> Position:
    export = exports.order(account, wanted) if exports.worth_it(account) else ""
    return Position(since=now, export=export, listing="" if export else _FIRST)


def _exported(account: Account, wanted: list[str], at: Position) -> Iterator[Page]:
    """Yield what an export holds; while it is being made, an empty page, and the next poll asks again."""
    listing = at.moved(export="", rows=0, listing=_FIRST)
    try:
        link = exports.result(account, at.export)
        if link is None:
            yield Page((), at.cursor())
            return
        with TemporaryFile("w+", encoding="utf-8-sig", newline="") as file:
            account.client.fetch(link, file.buffer.write)
            file.seek(0)
            for rows, read in exports.pages(file, wanted, after=at.rows, at=at.since):
                at = at.moved(rows=read)
                yield Page(_seen(account, rows), at.cursor(), more=True)
        yield Page((), at.moved(export="", rows=0).cursor(), more=True)
    except exports.Unexpected:
        yield Page((), listing.cursor(), more=True)


def _gone(account: Account, at: Position, now: datetime) -> Page:
    """List who was deleted, now and then: searches do not show it."""
    if at.listed is not None and now - at.listed < timedelta(minutes=account.settings.deletions_minutes):
        return Page((), at.cursor())
    rows = objects.archived_since(account.client, CONTACTS, at.listed, [MERGED])
    name = account.surroundings.name
    gone = [row["id"] for row in rows]
    merged = account.finder.survivors(CONTACTS, gone, purpose=Purpose.CRAWL) if rows else {}
    events = tuple(
        PersonMerged(name, row["id"], merged[row["id"]]["id"], objects.gone_at(row))
        if row["id"] in merged
        else PersonDeleted(name, row["id"], objects.gone_at(row))
        for row in rows
    )
    return Page(events, at.moved(listed=now).cursor())


def shown(properties: Mapping[str, Any], handles: Mapping[str, str]) -> tuple[Shown, ...]:
    """Return the identifiers in a contact's properties. ``handles``: network → property that holds the handle there."""
    mails = [properties.get("email") or "", *(properties.get("hs_additional_emails") or "").split(";")]
    found = [identifier for mail in mails for identifier in normalise.email(mail)]
    found += filter(None, [normalise.phone(properties.get(name) or "") for name in _PHONES])
    found += [*handles_in(properties, {"x": "twitterhandle"}), *handles_in(properties, handles)]
    return tuple(Shown(identifier=identifier, relation=Relation.CRM) for identifier in dict.fromkeys(found))


def name_of(properties: Mapping[str, Any]) -> str:
    """Return a contact's name."""
    return " ".join(filter(None, [properties.get("firstname"), properties.get("lastname")]))


def _properties(account: Account) -> list[str]:
    theirs = [*READ[CONTACTS], MERGED, *account.settings.handles.values()]
    return [*dict.fromkeys([*theirs, account.key_field(CONTACTS)])]


def _seen(account: Account, rows: list[Row]) -> tuple[SourceEvent, ...]:
    good, broken = each(rows, lambda row: _events(account, row), f"{account.surroundings.name} contacts")
    return (*good, *broken)


def _events(account: Account, row: Row) -> Iterator[SourceEvent]:
    instance, properties = account.surroundings.name, row["properties"]
    at = moment(properties.get("lastmodifieddate") or row["updatedAt"])
    for loser in objects.merged_ids(row, MERGED):
        yield PersonMerged(instance, loser, row["id"], at)
    person = Person(
        instance=instance,
        native_id=row["id"],
        name=name_of(properties),
        shown=shown(properties, account.settings.handles),
        our_key=str(properties.get(account.key_field(CONTACTS)) or ""),
        updated_at=at,
        extra=address_of(properties, "address", "zip", "city"),
        raw=properties,
    )
    yield PersonSeen(person, where=row["id"])
