"""Request Tracker's own people, for identity: users who are no staff, by the time of their last change."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.request_tracker.client import moment
from adapters.request_tracker.names import NAME, NOBODY, READ_USER, SYSTEM
from adapters.request_tracker.values import present
from bridge.contact_points import address_of, handles_in
from bridge.nouns import Cursor, Page, Person, PersonDeleted, PersonSeen, Shown
from bridge.rows import each, having, newest
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.request_tracker.looking import Row
    from adapters.request_tracker.tracker import Tracker
    from bridge.nouns import SourceEvent

_PHONES = ("MobilePhone", "WorkPhone", "HomePhone", "PagerPhone")
_OVERLAP = timedelta(minutes=2)
_OURS = "cb1-"


def pages(tracker: Tracker, after: Cursor) -> Iterator[Page]:
    """Yield users whose record changed since the cursor, by number; the cursor's time moves when all were read."""
    began = tracker.surroundings.clock.now() + tracker.client.clock_off
    at: dict[str, Any] = json.loads(after.value) if after.value else {"since": "1970-01-01 00:00:00", "listing": 0}
    at = {"until": f"{began:%Y-%m-%d %H:%M:%S}", **at}
    asked = [
        {"field": "LastUpdated", "operator": ">=", "value": at["since"]},
        {"field": "id", "operator": ">", "value": str(at.get("listing", 0))},
    ]
    # The list of the disabled is made by leaving out who is active.
    search = {"fields": f"{READ_USER},CustomFields" if tracker.settings.handles else READ_USER, "orderby": "id"}
    for rows in tracker.client.pages("users", asked, find_disabled_rows=1, **search):
        if rows:
            at = {**at, "listing": newest(rows, "id", int(at.get("listing", 0)))}
            yield Page(_events(tracker, rows), _cursor(at), more=True)
    since = moment(f"{at['until']}+00:00") - _OVERLAP
    yield Page((), _cursor({"since": f"{since:%Y-%m-%d %H:%M:%S}"}))


def shown(row: Mapping[str, Any], handles: Mapping[str, str]) -> tuple[Shown, ...]:
    """Return the identifiers of a user. ``handles``: network → field that holds the handle there."""
    found = [*normalise.email(row.get("EmailAddress") or "")]
    found += filter(None, [normalise.phone(row.get(name) or "") for name in _PHONES])
    found += handles_in(present(row), handles)
    return tuple(Shown(identifier=identifier, relation=Relation.CRM) for identifier in dict.fromkeys(found))


def _active(tracker: Tracker, rows: list[Row]) -> set[str]:
    asked = [{"field": "id", "operator": "IN", "value": [str(row["id"]) for row in having(rows, "id")]}]
    return {str(row[NAME]) for row in having(list(tracker.client.all("users", asked, fields=NAME)), NAME)}


def _counts(tracker: Tracker, row: Row) -> bool:
    """Leave out Request Tracker itself and staff."""
    name = str(row[NAME])
    if name in (NOBODY, SYSTEM, tracker.settings.user):
        return False
    return name.startswith(_OURS) or not tracker.is_staff(name)


def _events(tracker: Tracker, rows: list[Row]) -> tuple[SourceEvent, ...]:
    active = _active(tracker, rows)

    def read(row: Row) -> list[SourceEvent]:
        return [_event(tracker, row, active)] if _counts(tracker, row) else []

    good, broken = each(rows, read, f"{tracker.surroundings.name} users")
    return (*good, *broken)


def _event(tracker: Tracker, row: Row, active: set[str]) -> SourceEvent:
    instance, number, at = tracker.surroundings.name, str(row["id"]), moment(row["LastUpdated"])
    if row[NAME] not in active:
        return PersonDeleted(instance, number, at)
    name = str(row[NAME])
    person = Person(
        instance=instance,
        native_id=number,
        name=row.get("RealName") or name,
        shown=shown(row, tracker.settings.handles),
        our_key=name if name.startswith(_OURS) else "",
        updated_at=at,
        extra=address_of(row, "Address1", "Zip", "City"),
        raw={field: row.get(field) for field in row if not field.startswith("_")},
    )
    return PersonSeen(person, where=number)


def _cursor(at: Mapping[str, Any]) -> Cursor:
    return Cursor(json.dumps(at, sort_keys=True))
