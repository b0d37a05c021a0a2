"""The account's end users, for identity: all of them once, resumable, then what changed, merged or went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk.account import is_ours
from adapters.zendesk.cursors import Position
from adapters.zendesk.limits import Purpose
from adapters.zendesk.names import KEY, USERS
from adapters.zendesk.values import moment, readable
from bridge.contact_points import handles_in
from bridge.nouns import Page, Person, PersonDeleted, PersonMerged, PersonSeen, Shown
from bridge.rows import having, sound
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.zendesk.account import Account
    from bridge.nouns import Cursor, SourceEvent
    from identity.model import Identifier

Row = dict[str, Any]
END_USER = "end-user"
_WITH: Mapping[str, str] = {"include": "identities"}
"""An account that does not know this shows a user's own address and number alone."""
_BEGINNING = 1
"""An export wants a start; nothing in Zendesk is as old as this second of 1970."""


def pages(account: Account, after: Cursor) -> Iterator[Page]:
    """Yield pages of an export that goes on where it was interrupted."""
    at = Position.read(after)
    while True:
        found = exported(account, "users", at)
        before, at = at, at.moved(export=str(found["after_cursor"]))
        more = not found["end_of_stream"]
        yield Page(
            _events(account, found["users"], _by_user(found.get("identities") or ())),
            at.cursor(),
            more=more and at != before,
        )
        if not more or at == before:
            return


def exported(account: Account, name: str, at: Position, *, purpose: Purpose = Purpose.CRAWL) -> Row:
    """Return a page of an export, from where it was left or from a time."""
    place: dict[str, str | int] = {"cursor": at.export} if at.export else {"start_time": max(at.since, _BEGINNING)}
    more = _WITH if name == USERS else {}
    return account.client.export(f"{name}/cursor", purpose=purpose, **place, **more)


def shown(row: Row, identities: Sequence[Row], handles: Mapping[str, str]) -> tuple[Shown, ...]:
    """Return the identifiers of a user: own and further addresses and numbers, and handles: network → field."""
    told = [(str(one.get("type")), str(one.get("value") or "")) for one in identities]
    found: list[Identifier] = []
    for kind, value in (("email", row.get("email")), *told):
        found += normalise.email(value or "") if kind == "email" else ()
    for kind, value in (("phone_number", row.get("phone")), *told):
        found += filter(None, [normalise.phone(value or "") if kind == "phone_number" else None])
    found += handles_in({"screen_names": [value for kind, value in told if kind == "twitter"]}, {"x": "screen_names"})
    found += handles_in(readable(row), handles)
    return tuple(Shown(identifier=identifier, relation=Relation.CRM) for identifier in dict.fromkeys(found))


def _by_user(identities: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for one in having(identities, "user_id"):
        found.setdefault(str(one["user_id"]), []).append(one)
    return found


def _events(account: Account, rows: list[Row], identities: Mapping[str, list[Row]]) -> tuple[SourceEvent, ...]:
    def read(row: Row) -> list[SourceEvent]:
        return [_event(account, row, "", ())] if row.get("role") == END_USER else []

    users, broken = sound(rows, read, f"{account.surroundings.name} users")
    survivors = account.finder.survivors([row for row in users if not row["active"]], purpose=Purpose.CRAWL)
    seen = (
        _event(account, row, survivors.get(str(row["id"]), ""), identities.get(str(row["id"]), ())) for row in users
    )
    return (*seen, *broken)


def _event(account: Account, row: Row, winner: str, identities: Sequence[Row]) -> SourceEvent:
    instance, ref, at = account.surroundings.name, str(row["id"]), moment(row["updated_at"])
    if winner:
        return PersonMerged(instance, ref, winner, at)
    if not row["active"]:
        return PersonDeleted(instance, ref, at)
    key = row.get(KEY) or ""
    person = Person(
        instance=instance,
        native_id=ref,
        name=row.get("name") or "",
        shown=shown(row, identities, account.settings.handles),
        our_key=key if is_ours(key) else "",
        updated_at=at,
        raw={name: row.get(name) for name in ("name", "email", "phone", KEY)},
    )
    return PersonSeen(person, where=ref)
