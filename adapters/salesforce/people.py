"""The org's contacts or person accounts, for identity: a bulk query the first time, then what changed since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simple_salesforce.format import format_soql

from adapters.salesforce import bulk
from adapters.salesforce.errors import Declined
from adapters.salesforce.looking import by_field, is_id, survivors
from adapters.salesforce.org import PERSONA
from adapters.salesforce.personas import of_people
from bridge.contact_points import address_of, handles_in
from bridge.errors import Transient
from bridge.nouns import Cursor, Page, Person, PersonDeleted, PersonMerged, PersonSeen, Shown
from bridge.rows import each, having, sound
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.salesforce.org import Org
    from bridge.nouns import Broken

OVERLAP = timedelta(minutes=5)
"""Rows become visible when they are committed, with the earlier time of their change."""
BULK_PAGE = 2000
POLL, SLOWEST = 2.0, 60.0
"""Seconds between two looks at a job: ever more, as each look is a call."""
LONGEST = timedelta(minutes=30)
"""How long a bulk query may run before this reading gives up; the next goes on with the same job."""
CONTACT = ("FirstName", "LastName", "Email", "Phone", "MobilePhone")
ACCOUNT = ("FirstName", "LastName", "PersonEmail", "Phone", "PersonMobilePhone")
_MAIL = ("Email", "PersonEmail")
_PHONES = ("Phone", "MobilePhone", "PersonMobilePhone")


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading stands: at changes since a time, or within a bulk job that began then."""

    since: str = ""
    job: str = ""
    locator: str = ""

    @classmethod
    def of(cls, cursor: Cursor) -> Position:
        """Read a cursor."""
        return cls(**json.loads(cursor.value)) if cursor.value else cls()

    def cursor(self) -> Cursor:
        """Return it as a cursor."""
        return Cursor(json.dumps({"since": self.since, "job": self.job, "locator": self.locator}))


def pages(org: Org, after: Cursor, instance: str) -> Iterator[Page]:
    """Yield pages of people; resumable within the bulk query (whose results Salesforce keeps for 7 days) and after it."""
    position = Position.of(after)
    if position.job or (not position.since and _many(org)):
        for page, reached in _imported(org, position, instance):
            position = reached
            yield page
    yield from _changed(org, position, instance)


def stamp(time: datetime) -> str:
    """Return a time as SOQL writes it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(value: str) -> datetime:
    """Read Salesforce's form of a time."""
    return datetime.fromisoformat(value.replace("+0000", "+00:00"))


def newest(rows: Sequence[Any], since: str) -> str:
    """Return when the newest of some rows changed, as SOQL writes it; not before ``since``."""
    times, _ = each(rows, lambda row: [stamp(parsed(row["SystemModstamp"]))], "")
    return max((since, *times))


def shown(row: Mapping[str, Any], handles: Mapping[str, str]) -> tuple[Shown, ...]:
    """Return the identifiers in a person's fields. ``handles``: network → field that holds the handle there."""
    identifiers = [each for name in _MAIL for each in normalise.email(row.get(name) or "")]
    identifiers += [found for name in _PHONES if (found := normalise.phone(row.get(name) or ""))]
    identifiers += handles_in(row, handles)
    return tuple(Shown(identifier=each, relation=Relation.CRM) for each in dict.fromkeys(identifiers))


def _many(org: Org) -> bool:
    counted = org.client.json("GET", "query/", params={"q": _people_of(org, "COUNT()")})
    return bool(counted["totalSize"] >= org.settings.bulk_contacts_from)


def _imported(org: Org, position: Position, instance: str) -> Iterator[tuple[Page, Position]]:
    """Yield the pages of a bulk query, begun now or earlier; one that Salesforce forgot is begun anew."""
    if not position.job or not _finished(org, position.job):
        position = _begun(org)
        yield Page((), position.cursor(), more=True), position
        _finished(org, position.job)
    social = org.has(PERSONA)
    while True:
        params = {"maxRecords": str(BULK_PAGE)} | ({"locator": position.locator} if position.locator else {})
        answer = org.client.call(
            "GET", f"jobs/query/{position.job}/results", params=params, headers={"Accept": "text/csv"}
        )
        locator = answer.headers.get("Sforce-Locator") or "null"
        more = locator != "null"
        position = Position(position.since, position.job, locator) if more else Position(position.since)
        rows = [_typed(row) for row in bulk.table(answer.content)]
        yield Page(_events(org, rows, instance, social=social), position.cursor(), more=True), position
        if not more:
            return


def _begun(org: Org) -> Position:
    since = stamp(org.client.clock.now() - OVERLAP)
    wanted = {
        "operation": "queryAll",
        "query": _people_of(org, _names(org)),
    }
    return Position(since, org.client.json("POST", "jobs/query", json=wanted)["id"])


def _finished(org: Org, job: str) -> bool:
    """Wait until a job is done; False if there is none, or it failed."""
    clock = org.client.clock
    ends, wait = clock.now() + LONGEST, POLL
    while clock.now() < ends:
        try:
            state = org.client.json("GET", f"jobs/query/{job}")["state"]
        except Declined:
            return False
        if state in {"JobComplete", "Failed", "Aborted"}:
            return bool(state == "JobComplete")
        clock.sleep(wait)
        wait = min(2 * wait, SLOWEST)
    raise Transient(f"Salesforce is still working on the list of people (job {job}).")


def _changed(org: Org, position: Position, instance: str) -> Iterator[Page]:
    began = stamp(org.client.clock.now() - OVERLAP)
    since = [format_soql("SystemModstamp >= {:literal}", position.since)] if position.since else []
    people = _people_of(org, _names(org), *since) + " ORDER BY SystemModstamp, Id"
    where = f" WHERE {since[0]}" if since else ""
    pages, changed = org.client.each([people, f"SELECT ParentId FROM {PERSONA}{where}"], deleted=True)  # noqa: S608 - names of the schema
    touched = {str(row["ParentId"]) for page in changed or () for row in having(page, "ParentId")}
    reached = position
    for rows in pages or org.client.pages(people, deleted=True):
        if rows:
            reached = Position(newest(rows, position.since))
            yield Page(_events(org, rows, instance, social=changed is not None), reached.cursor(), more=True)
            touched -= {str(row["Id"]) for row in having(rows, "Id")}
    if touched:
        rows = by_field(org, org.person, _fields(org), "Id", touched)
        yield Page(_events(org, rows, instance, social=True), reached.cursor(), more=True)
    yield Page((), Position(max(position.since, began)).cursor())


def _names(org: Org) -> str:
    return ", ".join(_fields(org))


def _fields(org: Org) -> list[str]:
    return ["Id", org.key_field(org.person), "IsDeleted", "MasterRecordId", "SystemModstamp", *read(org)]


def read(org: Org) -> tuple[str, ...]:
    """Return the fields of persons that are read."""
    usual = ACCOUNT if org.person == "Account" else CONTACT
    return tuple(dict.fromkeys([*usual, *org.settings.handles.values(), *org.settings.address]))


def _people_of(org: Org, wanted: str, *conditions: str) -> str:
    """Return a query for people; where they are accounts, only for accounts that are persons."""
    every = [*(["IsPersonAccount = true"] if org.person == "Account" else []), *conditions]
    where = f" WHERE {' AND '.join(every)}" if every else ""
    return f"SELECT {wanted} FROM {org.person}{where}"  # noqa: S608 - names of the schema, no values


def _events(
    org: Org, rows: Sequence[Mapping[str, Any]], instance: str, *, social: bool
) -> tuple[PersonSeen | PersonMerged | PersonDeleted | Broken, ...]:
    whole, broken = sound(rows, lambda row: [_event(org, row, "", instance, ())], f"{instance} {org.person}")
    personas = of_people(org, [row["Id"] for row in whole]) if social else {}
    ends = survivors(org, org.person, [row for row in whole if is_id(str(row.get("MasterRecordId")))])
    good = [_event(org, row, ends.get(row["Id"], ""), instance, personas.get(row["Id"], ())) for row in whole]
    return (*good, *broken)


def _event(
    org: Org, row: Mapping[str, Any], survivor: str, instance: str, social: tuple[Shown, ...]
) -> PersonSeen | PersonMerged | PersonDeleted:
    changed = parsed(row["SystemModstamp"])
    if survivor:
        return PersonMerged(instance, row["Id"], survivor, changed)
    if row["IsDeleted"]:
        return PersonDeleted(instance, row["Id"], changed)
    person = Person(
        instance=instance,
        native_id=row["Id"],
        name=" ".join(filter(None, (row.get("FirstName"), row.get("LastName")))),
        shown=(*shown(row, org.settings.handles), *social),
        our_key=row[org.key_field(org.person)] or "",
        updated_at=changed,
        extra=address_of(row, *org.settings.address) if org.settings.address else {},
    )
    return PersonSeen(person, where=row["Id"])


def _typed(row: Mapping[str, str]) -> dict[str, Any]:
    """Give the cells of a CSV row the types of JSON."""
    return {name: value or None for name, value in row.items()} | {"IsDeleted": row["IsDeleted"] == "true"}
