"""Outcomes become states. A later version wanted meanwhile makes what was just settled pending again, never lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.nouns import Accepted, Ended, Refusal, Retry, Thing, Unknown, Written
from bridge.outbox import doubles
from bridge.outbox.body import PAST
from bridge.outbox.past import look_up_first
from bridge.retry import backoff
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.nouns import Outcome

D = schema.delivery.c

GONE = "gone"
"""Code of a refusal that means: this very record was there and was deleted."""
MERGED_FROM = "merged_from"
"""Mark in the spec of a case whose native case, named here, was merged into another: messages go on there, nothing else."""
OBJECT = "object"
"""Mark in the spec of a record of which several mappings could tell: the object as which it stands there."""
JOB_WAIT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Same:
    """What would be written stands there already."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A person that the target has on its own: referred to, never written."""

    ref: str


@dataclass(frozen=True, slots=True)
class Unneeded:
    """Nothing to deliver, by policy."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A record, the version that was tried, and what became of it."""

    row: Row[Any]
    version: int
    body: Mapping[str, Any]
    outcome: Outcome | Same | Linked | Unneeded


@dataclass(slots=True)
class _Changes:
    """Rows to write; a list for each shape, since a bulk statement has one set of columns."""

    settled: list[dict[str, Any]] = field(default_factory=list)
    open: list[dict[str, Any]] = field(default_factory=list)
    placements: list[dict[str, Any]] = field(default_factory=list)
    thawed: list[int] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    created: list[dict[str, Any]] = field(default_factory=list)
    woken: set[int] = field(default_factory=set)
    gone_along: list[str] = field(default_factory=list)
    """Keys of messages that went along with their case."""
    gone: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    """Customers who have a record there from now on."""
    doubles: dict[int, tuple[Sequence[str], str]] = field(default_factory=dict)
    """Customer → whom the target takes them for, and its reason."""


def record(connection: Connection, target: str, sent: Sequence[Sent], now: datetime) -> Counter[str]:
    """Write down what became of records; returns counts by what happened. The caller checked that they are ours."""
    counts: Counter[str] = Counter()
    changes = _Changes()
    for one in sent:
        counts[_note(changes, one, target, now)] += 1
    _write(connection, changes, target)
    return counts


def _note(changes: _Changes, one: Sent, target: str, now: datetime) -> str:  # noqa: PLR0911 - one line an outcome
    match one.outcome:
        case Written():
            return _written(changes, one, one.outcome, target, now)
        case Same():
            changes.settled.append(_settled(one, "delivered", version=one.version))
            return "unchanged"
        case Linked(ref=ref):
            changes.people.add(one.row.subject_id)
            changes.settled.append(_settled(one, "delivered", version=one.version, ref=ref, spec={"linked": True}))
            return "linked"
        case Unneeded(reason=reason):
            changes.settled.append(_settled(one, "not_needed", reason=reason))
            return "not_needed"
        case Accepted(job=job):
            changes.jobs.append({"delivery_id": one.row.id, "job": job})
            changes.open.append(_still_open(one, "accepted", now + JOB_WAIT, ""))
            return "accepted"
        case Refusal():
            return _refused(changes, one, one.outcome, now)
        case Retry(after=after, reason=reason):
            # Retry(0) is no failure: the one before it in its case was not written.
            wait = backoff(one.row.attempts + 1, at_least=after) if after > 0 else timedelta()
            changes.open.append(_still_open(one, "pending", now + wait, reason))
            return "retried"
        case Unknown(reason=reason):
            changes.open.append(_still_open(one, "unknown", now, reason))
            return "unknown"


def _written(changes: _Changes, one: Sent, outcome: Written, target: str, now: datetime) -> str:
    row, body = one.row, one.body
    first = not body["ref"]
    # A first delivery never overwrites: what stood under our key already is adopted, and brought up to date by id.
    adopted = first and not outcome.created
    changes.thawed.append(row.id)
    changes.settled.append(
        _settled(
            one,
            "delivered",
            version=one.version,
            ref=outcome.ref,
            url=outcome.url,
            hash="" if adopted else body["hash"],
            delivered_at=now,
            once_more=adopted,
            **_as_object(row, body),
        )
    )
    if row.thing == "message":
        place = {
            "message_id": row.subject_id,
            "target": target,
            "case_ref": body["parent"],
            "ref": outcome.ref,
            "at": now,
        }
        changes.placements.append(place)
    if row.thing == Thing.PERSON and first:
        changes.people.add(row.subject_id)
    if row.thing == "case":
        changes.woken.add(row.case_id)
        changes.gone_along += [each["key"] for each in body.get(PAST, ())]
        if first:
            changes.created.append({"id": row.id, "created_there_at": now})
    return "adopted" if adopted else "created" if first else "updated"


def _as_object(row: Row[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    return {"spec": {**(row.spec or {}), OBJECT: body["object"]}} if body.get("several") else {}


def object_of(row: Row[Any], objects: Sequence[str]) -> str:
    """Return as which of a target's objects for it a record stands."""
    return str((row.spec or {}).get(OBJECT, objects[-1]))


def _refused(changes: _Changes, one: Sent, outcome: Refusal, now: datetime) -> str:
    row = one.row
    changes.thawed.append(row.id)
    if outcome.code == Ended.MERGED:
        # Reading what happened there says where to, and moves our reference.
        changes.open.append(_still_open(one, "pending", now + backoff(row.attempts + 1), outcome.reason))
        return "waiting"
    deleted = outcome.code == Ended.DELETED
    if deleted and row.thing == "message" and not one.body["ref"]:
        # Not the message was deleted, which never was there, but the case that it was to stand in.
        changes.gone.add(row.case_id)
        changes.open.append(_still_open(one, "pending", now, outcome.reason))
        return "waiting"
    if outcome.code == Ended.DUPLICATE and row.thing == Thing.PERSON:
        changes.doubles[row.subject_id] = (outcome.candidates, outcome.reason)
    if row.thing == "case" and (deleted or outcome.code == GONE):
        changes.gone.add(row.case_id)
    state = "gone" if deleted or outcome.code == GONE else "refused"
    changes.settled.append(_settled(one, state, reason=outcome.reason, field=outcome.field))
    return state


def _settled(one: Sent, state: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of a row
    return {"id": one.row.id, "state": state, "reached": one.version, **changes}


def _still_open(one: Sent, state: str, next_at: datetime, reason: str) -> dict[str, Any]:
    return {
        "id": one.row.id,
        "state": state,
        "next_at": next_at,
        "reason": reason,
        "owner": "",
        "until": None,
    }


def _write(connection: Connection, changes: _Changes, target: str) -> None:
    _settle(connection, changes.settled)
    bulk.update(connection, schema.delivery, changes.open)
    bulk.update(connection, schema.delivery, changes.created)
    bulk.insert_new(connection, schema.placement, changes.placements)
    bulk.delete(connection, schema.frozen.c.delivery_id, changes.thawed)
    bulk.update(connection, schema.frozen, changes.jobs, key="delivery_id")
    look_up_first(connection, target, changes.gone_along)
    wake(connection, target, changes.woken)
    bury_cases(connection, target, changes.gone)
    _introduce(connection, target, changes.people)
    doubles.suggest(connection, target, changes.doubles)
    doubles.forget(connection, target, changes.people)


def _settle(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Settle rows; one of which a later version was wanted meanwhile is pending again."""
    query = select(
        D.id, D.wanted_version, D.delivered_version, D.delivered_hash, D.ref, D.url, D.delivered_at, D.attempts, D.spec
    ).with_for_update()
    stored = {row.id: row for row in bulk.rows_where(connection, query, D.id, [row["id"] for row in rows])}
    bulk.update(connection, schema.delivery, [_settled_columns(stored[row["id"]], row) for row in rows])


def _settled_columns(stored: Row[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    wanted = stored.wanted_version + bool(row.get("once_more"))
    again = wanted > row["reached"] and row["state"] in {"delivered", "refused"}
    delivered = row["state"] == "delivered"
    return {
        "id": stored.id,
        "state": "pending" if again else row["state"],
        "wanted_version": wanted,
        "ref": row.get("ref") or stored.ref,
        "url": row.get("url") or stored.url,
        "delivered_version": row.get("version", stored.delivered_version),
        "delivered_hash": row.get("hash", stored.delivered_hash),
        "delivered_at": row.get("delivered_at", stored.delivered_at),
        "reason": row.get("reason", ""),
        "field": row.get("field", ""),
        "spec": row.get("spec", stored.spec),
        "attempts": 0 if delivered else stored.attempts,
        "next_at": None,
        "waiting_for": "",
        "look_up": False,
        "owner": "",
        "until": None,
    }


def wake(connection: Connection, target: str, case_ids: set[int]) -> None:
    """Let what waited for these cases go on."""
    for part in bulk.chunks(sorted(case_ids)):
        waiting = (D.case_id.in_(part)) & (D.target == target) & (D.state == "waiting")
        connection.execute(
            schema.delivery.update().where(waiting).values(state="pending", waiting_for="", next_at=None)
        )


def _introduce(connection: Connection, target: str, customers: set[int]) -> None:
    """Let cases that went without their person, and only those of ours, and profiles refer to it now."""
    case, member, profile = schema.case.c, schema.member.c, schema.profile.c
    for part in bulk.chunks(sorted(customers)):
        shown = select(profile.id).join(schema.member, profile.key == func.substr(member.vertex, len("p:") + 1))
        shown = shown.where(member.customer_id.in_(part), member.vertex.startswith("p:"))
        settled = D.state.in_(("delivered", "not_needed"))
        profiles = (D.subject_id.in_(shown)) & (D.target == target) & (D.thing == "profile") & settled
        theirs = select(case.id).where(case.customer_id.in_(part), case.foreign_target != target)
        standing = (D.case_id.in_(theirs)) & (D.target == target) & (D.thing == "case") & (D.state == "delivered")
        again = {"state": "pending", "wanted_version": D.wanted_version + 1}
        for where in (standing, profiles):
            connection.execute(schema.delivery.update().where(where).values(again))


def bury_cases(connection: Connection, target: str, case_ids: set[int]) -> None:
    """Note that cases were deleted in the target: a tombstone, and what is in them is decided anew."""
    for part in bulk.chunks(sorted(case_ids)):
        these = (D.case_id.in_(part)) & (D.target == target) & (D.thing == "case")
        connection.execute(
            schema.delivery.update()
            .where(these)
            .values(state="gone", reason="deleted in the target", owner="", until=None, next_at=None)
        )
    bulk.insert_new(connection, schema.dirty, [{"kind": "case", "key": str(id_)} for id_ in sorted(case_ids)])
