"""What agents did: answers in comments, posts and mails, and what happened to cases, in one reading since a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from simple_salesforce.format import format_soql

from adapters.salesforce.looking import by_field, is_id, survivors
from adapters.salesforce.people import OVERLAP, Position, parsed, stamp
from adapters.salesforce.usage import Purpose
from bridge.nouns import ActivityPage, Actor, Answer, CaseEvent, What

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from adapters.salesforce.org import Org
    from bridge.nouns import Cursor

PAGE = 200
Row: TypeAlias = Mapping[str, Any]
Item: TypeAlias = Answer | CaseEvent
_CASES = "500"
_QUEUES = "00G"
"""How ids of cases and queues begin."""
_SENT = "3"
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
_SAYING: Mapping[str, Sequence[str]] = {
    "CaseComment": ("CommentBody", "IsPublished"),
    "FeedItem": ("Body", "Visibility", "Type"),
    "EmailMessage": ("TextBody", "Incoming", "Status"),
}
_PUBLIC: Mapping[str, Callable[[Row], bool]] = {
    "CaseComment": lambda row: bool(row["IsPublished"]),
    "FeedItem": lambda row: row["Visibility"] == "AllUsers",
    "EmailMessage": lambda row: not row["Incoming"] and row["Status"] == _SENT,
}
_POSTS = frozenset({"TextPost", "LinkPost", "ContentPost"})
"""Posts that people write; the others repeat comments, mails and changes that are read where they are."""


def pages(org: Org, after: Cursor) -> Iterator[ActivityPage]:
    """Yield what happened since the cursor by the time of its last change, oldest first, then where to go on."""
    org.client.need(Purpose.ANSWER)
    position = Position.of(after)
    began = stamp(org.client.clock.now() - OVERLAP)
    dated = _everything(org, position.since)
    for start in range(0, len(dated), PAGE):
        some = dated[start : start + PAGE]
        reached = Position(max(position.since, stamp(parsed(some[-1][0]))))
        yield ActivityPage(tuple(item for _, item in some), reached.cursor(), more=True)
    yield ActivityPage((), Position(max(position.since, began)).cursor())


def head(org: Org) -> Cursor:
    """Return the cursor for "from now"."""
    return Position(stamp(org.client.clock.now())).cursor()


def _everything(org: Org, since: str) -> list[tuple[str, Item]]:
    names = [name for name in org.settings.answers if name == "CaseComment" or org.has(name)]
    soqls = [_soql(name, ["ParentId", *_SAYING[name]], since) for name in names]
    history = ["CaseId", "Field", "OldValue", "NewValue"]
    gone = _soql(
        "Case", ["MasterRecordId", "LastModifiedById"], since, ["(IsDeleted = true OR MasterRecordId != null)"]
    )
    *said, changed, ended = org.client.many(
        [*soqls, _soql("CaseHistory", history, since, stamped="CreatedDate"), gone], deleted=True
    )
    people = _people(org, [row["CreatedById"] for rows in [*said, changed] for row in rows])
    dated: list[tuple[str, Item]] = []
    for name, rows in zip(names, said, strict=True):
        dated += [(row["SystemModstamp"], _answer(name, row, people)) for row in rows if _is_answer(row)]
    closed = _closed(org) if changed else frozenset()
    events = ((row, _event(org, row, people, closed)) for row in changed)
    dated += [(row["CreatedDate"], event) for row, event in events if event is not None]
    ends = survivors(org, "Case", [row for row in ended if row["MasterRecordId"]])
    dated += [(row["SystemModstamp"], _end(org, row, ends.get(row["Id"], ""))) for row in ended]
    return sorted(dated, key=lambda each: (each[0], each[1].native_id))


def _soql(
    name: str, fields: Iterable[str], since: str, where: Sequence[str] = (), *, stamped: str = "SystemModstamp"
) -> str:
    wanted = ", ".join(dict.fromkeys(["Id", "IsDeleted", "CreatedById", "CreatedDate", stamped, *fields]))
    conditions = [*where, *([format_soql("{:literal} >= {:literal}", stamped, since)] if since else [])]
    condition = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {wanted} FROM {name}{condition} ORDER BY {stamped}, Id"  # noqa: S608 - names of the schema


def _is_answer(row: Row) -> bool:
    return str(row["ParentId"] or "").startswith(_CASES) and row.get("Type", "TextPost") in _POSTS


def _answer(name: str, row: Row, people: Mapping[str, tuple[Actor, str]]) -> Answer:
    actor, who = people.get(row["CreatedById"], (Actor.UNKNOWN, ""))
    return Answer(
        native_id=row["Id"],
        case_ref=row["ParentId"],
        at=parsed(row["CreatedDate"]),
        actor=Actor.CUSTOMER if row.get("Incoming") else actor,
        actor_name=who,
        public=_PUBLIC[name](row),
        text=row[_SAYING[name][0]] or "",
        deleted=bool(row["IsDeleted"]),
    )


def _event(org: Org, row: Row, people: Mapping[str, tuple[Actor, str]], closed: frozenset[str]) -> CaseEvent | None:
    """Return the event of a change; of an owner's change, which is told by name and by id, the one with ids."""
    what = What.CREATED if row["Field"] == "created" else _ASPECTS.get(row["Field"], What.OTHER)
    value, before = str(row["NewValue"] or ""), str(row["OldValue"] or "")
    if what is What.OWNER and not is_id(value):
        return None
    if what is What.STATUS:
        value, before = _status(org, value, closed), _status(org, before, closed)
    actor, who = people.get(row["CreatedById"], (Actor.UNKNOWN, ""))
    return CaseEvent(
        native_id=row["Id"],
        case_ref=row["CaseId"],
        at=parsed(row["CreatedDate"]),
        what=What.QUEUE if what is What.OWNER and value.startswith(_QUEUES) else what,
        value=value,
        before=before,
        actor=actor,
        actor_name=who,
    )


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


def _people(org: Org, ids: Iterable[str]) -> dict[str, tuple[Actor, str]]:
    """Return who users are, and their names."""
    wanted = set(ids)
    found = {}
    for row in by_field(org, "User", ["Id", "Name", "UserType"], "Id", wanted):
        actor = Actor.US if row["Id"] == org.me else _ACTORS.get(row["UserType"] or "", Actor.AGENT)
        found[row["Id"]] = actor, row["Name"] or ""
    return found
