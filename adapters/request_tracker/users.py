"""Write persons as users: unprivileged, named by our key, which Request Tracker takes once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.request_tracker.errors import Declined
from adapters.request_tracker.names import NAME, USER
from adapters.request_tracker.values import is_empty, same
from adapters.request_tracker.wording import refusal
from bridge.errors import Uncertain
from bridge.nouns import Ended, Refusal, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.request_tracker.looking import Row
    from adapters.request_tracker.tracker import Tracker
    from bridge.nouns import Outcome, Record

_MAIL = "EmailAddress"
_LOST = 3
"""So many answers may be lost in a batch before the rest is left for later."""


def create(tracker: Tracker, wanted: Mapping[int, tuple[Record, dict[str, Any]]], done: dict[int, Outcome]) -> None:
    """Create users one by one; whoever stands under our key is adopted as he is."""
    known = tracker.finder.users_by_key([record.key for record, _ in wanted.values()])
    lost = 0
    for place, (record, values) in wanted.items():
        found = known.get(record.key)
        if found is not None:
            gone = Refusal("The user was disabled in Request Tracker", code=Ended.DELETED)
            done[place] = gone if found.deleted else Written(found.ref, created=False)
            continue
        try:
            done[place] = _created(tracker, record, values)
        except Uncertain as error:
            done[place], lost = Unknown(str(error)), lost + 1
            if lost == _LOST:
                raise


def _created(tracker: Tracker, record: Record, values: Mapping[str, Any]) -> Outcome:
    try:
        response = tracker.client.write("POST", "user", {**values, NAME: record.key, "Privileged": 0})
    except Declined as declined:
        return _declined(tracker, record, declined.refusal)
    return Written(response.headers["Location"].rsplit("/", 1)[-1], created=True)


def _declined(tracker: Tracker, record: Record, why: Refusal) -> Outcome:
    """Adopt a user who was made meanwhile; name those who have the address."""
    if why.code == Ended.DUPLICATE and why.field == NAME:
        found = tracker.finder.users_by_key([record.key]).get(record.key)
        return Written(found.ref, created=False) if found and not found.deleted else why
    if why.code == Ended.DUPLICATE:
        others = tracker.finder.users(_MAIL, [str(record.fields[_MAIL])])
        return Refusal(why.reason, field=why.field, code=why.code, candidates=tuple(others))
    return why


def update(tracker: Tracker, wanted: Mapping[int, tuple[Record, dict[str, Any]]], done: dict[int, Outcome]) -> None:
    """Change users by number; what did not change there, whatever the status said, is refused."""
    rows = tracker.finder.users("id", [record.ref for record, _ in wanted.values() if record.ref.isdecimal()])
    for place, (record, values) in wanted.items():
        row = rows.get(record.ref)
        if row is None:
            done[place] = Refusal(f"Request Tracker has no user {record.ref}.", code="not_found")
        elif row["Disabled"]:
            done[place] = Refusal("The user was disabled in Request Tracker.", code=Ended.DELETED)
        else:
            done[place] = _updated(tracker, record, row, values)


def _updated(tracker: Tracker, record: Record, row: Row, values: Mapping[str, Any]) -> Outcome:
    schema = tracker.schemas.of(USER).fields
    changes = {
        name: value
        for name, value in values.items()
        if name != NAME
        and not same(schema[name], value, row.get(name))
        and not (name in record.fill_if_empty and not is_empty(row.get(name)))
    }
    if changes:
        said = tracker.client.write("PUT", f"user/{record.ref}", changes).json()
        now = tracker.client.get(f"user/{quote(record.ref)}")
        for name, value in changes.items():
            if not same(schema[name], value, now.get(name)):
                return refusal("; ".join(filter(None, said)), field=name)
    return Written(record.ref, created=False)
