"""What agents did: what they said in cases and what happened to those, in one reading since a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from simple_salesforce.format import format_soql

from adapters.salesforce.answers import SAYING, answers, sayings, spoken
from adapters.salesforce.looking import by_field, is_id, survivors
from adapters.salesforce.org import QUEUES
from adapters.salesforce.people import OVERLAP, Position, parsed, stamp
from bridge.nouns import ActivityPage, Actor, Answer, CaseEvent, What
from bridge.rows import sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from adapters.salesforce.answers import Row, Who
    from adapters.salesforce.org import Org
    from bridge.nouns import Broken, Cursor

PAGE = 200
Item: TypeAlias = Answer | CaseEvent
_ACTORS: Mapping[str, Actor] = {
    "AutomatedProcess": Actor.AUTOMATION,
    "CloudIntegrationUser": Actor.AUTOMATION,
    "CspLitePortal": Actor.CUSTOMER,
    "CustomerSuccess": Actor.CUSTOMER,
    "PowerCustomerSuccess": Actor.CUSTOMER,
    "PowerPartner": Actor.CUSTOMER,
    "Guest": Actor.CUSTOMER,
}
"""Type of user → who that is; any other is an agent."""
_ASPECTS: Mapping[str, What] = {"Status": What.STATUS, "Priority": What.PRIORITY, "Owner": What.OWNER}


def pages(org: Org, after: Cursor, instance: str) -> Iterator[ActivityPage]:
    """Yield what happened since the cursor by the time of its last change, oldest first, then where to go on."""
    position = Position.of(after)
    began = stamp(org.client.clock.now() - OVERLAP)
    dated, broken = _everything(org, position.since, instance)
    for start in range(0, len(dated), PAGE):
        some = dated[start : start + PAGE]
        reached = Position(max(position.since, stamp(parsed(some[-1][0]))))
        yield ActivityPage(tuple(item for _, item in some), reached.cursor(), more=True)
    yield ActivityPage((), Position(max(position.since, began)).cursor(), broken=broken)


def head(org: Org) -> Cursor:
    """Return the cursor for "from now"."""
    return Position(stamp(org.client.clock.now())).cursor()


def _everything(org: Org, since: str, instance: str) -> tuple[list[tuple[str, Item]], tuple[Broken, ...]]:
    """Return what happened, each with the time of its last change, oldest first; and the rows that cannot be read."""
    names = org.settings.answers
    soqls = [_soql(name, ["ParentId", *SAYING[name]], since) for name in names]
    history = ["CaseId", "Field", "OldValue", "NewValue"]
    gone = _soql(
        "Case", ["MasterRecordId", "LastModifiedById"], since, ["(IsDeleted = true OR MasterRecordId != null)"]
    )
    *rows, changed, ended = org.client.many(
        [*soqls, _soql("CaseHistory", history, since, stamped="CreatedDate"), gone], deleted=True
    )
    given = dict(zip(names, rows, strict=True))
    heard = {name: sound(some, partial(spoken, name), f"{instance} {name}") for name, some in given.items()}
    said = sayings(org, {name: whole for name, (whole, _) in heard.items()})
    happened, odd = sound(changed, lambda row: _event(org, row, {}, frozenset()), f"{instance} CaseHistory")
    over, strange = sound(ended, lambda row: [_end(org, row, "")], f"{instance} Case")
    people = who(org, [row["CreatedById"] for row in [*(one.row for one in said), *happened]])
    dated: list[tuple[str, Item]] = [*answers(org, said, people)]
    closed = _closed(org) if happened else frozenset()
    dated += [(row["CreatedDate"], event) for row in happened for event in _event(org, row, people, closed)]
    ends = survivors(org, "Case", [row for row in over if is_id(str(row.get("MasterRecordId")))])
    dated += [(row["SystemModstamp"], _end(org, row, ends.get(row["Id"], ""))) for row in over]
    broken = (*(each for _, bad in heard.values() for each in bad), *odd, *strange)
    return sorted(dated, key=lambda one: (one[0], one[1].native_id)), broken


def _soql(
    name: str, fields: Iterable[str], since: str, where: Sequence[str] = (), *, stamped: str = "SystemModstamp"
) -> str:
    wanted = ", ".join(dict.fromkeys(["Id", "IsDeleted", "CreatedById", "CreatedDate", stamped, *fields]))
    conditions = [*where, *([format_soql("{:literal} >= {:literal}", stamped, since)] if since else [])]
    condition = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {wanted} FROM {name}{condition} ORDER BY {stamped}, Id"  # noqa: S608 - names of the schema


def _event(org: Org, row: Row, people: Who, closed: frozenset[str]) -> list[CaseEvent]:
    """Return the event of a change; of an owner's change, which is told by name and by id, only the one with ids."""
    what = What.CREATED if row["Field"] == "created" else _ASPECTS.get(row["Field"], What.OTHER)
    value, before = str(row["NewValue"] or ""), str(row["OldValue"] or "")
    if what is What.OWNER and not is_id(value):
        return []
    if what is What.STATUS:
        value, before = _status(org, value, closed), _status(org, before, closed)
    actor, who = people.get(row["CreatedById"], (Actor.UNKNOWN, ""))
    event = CaseEvent(
        native_id=row["Id"],
        case_ref=row["CaseId"],
        at=parsed(row["CreatedDate"]),
        what=What.QUEUE if what is What.OWNER and value.startswith(QUEUES) else what,
        value=value,
        before=before,
        native=str(row["NewValue"] or "") if what is What.STATUS else "",
        actor=actor,
        actor_name=who,
        actor_id=row["CreatedById"] or "",
    )
    return [event]


def _end(org: Org, row: Row, survivor: str) -> CaseEvent:
    return CaseEvent(
        native_id=f"{row['Id']}:{'merged' if survivor else 'deleted'}",
        case_ref=row["Id"],
        at=parsed(row["SystemModstamp"]),
        what=What.MERGED if survivor else What.DELETED,
        value=survivor,
        actor=Actor.US if row["LastModifiedById"] == org.me else Actor.AGENT,
    )


def _status(org: Org, status: str, closed: frozenset[str]) -> str:
    if status in closed:
        return "closed"
    return "waiting" if status in org.settings.waiting_statuses else "open" if status else ""


def _closed(org: Org) -> frozenset[str]:
    rows = org.client.rows("SELECT MasterLabel, ApiName, IsClosed FROM CaseStatus")
    return frozenset(row[name] for row in rows if row["IsClosed"] for name in ("MasterLabel", "ApiName"))


def who(org: Org, ids: Iterable[str]) -> dict[str, tuple[Actor, str]]:
    """Return who users are, and their names."""
    wanted = set(ids)
    rows = by_field(org, "User", ["Id", "Name", "Username", "UserType"], "Id", wanted)
    return {row["Id"]: (_actor(org, row), row["Name"] or "") for row in rows}


def _actor(org: Org, user: Row) -> Actor:
    if user["Id"] == org.me:
        return Actor.US
    if user["Username"] in org.settings.automations:
        return Actor.AUTOMATION
    return _ACTORS.get(user["UserType"] or "", Actor.AGENT)
