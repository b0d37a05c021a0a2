"""What delivering would do, without doing it: rendered, checked against the target's schema, compared with what stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.nouns import Refusal, Thing
from bridge.outbox.body import thaw_record
from bridge.outbox.claim import Claim
from bridge.outbox.order import Refs
from bridge.outbox.record import Linked, Same, Unneeded
from bridge.outbox.render import Rendered, render
from bridge.outbox.run import Run
from bridge.schema_check import first_violation
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App, TargetSetup
    from bridge.nouns import Record

_D, _K = schema.delivery.c, schema.case.c

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

BATCH = 200
HIDDEN = "…"
"""Stands for what people wrote."""
NOT_YET = "(new)"
"""Stands for the id of a record that would be created first."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen to one record; ``present`` are the target's values of fields that would be updated."""

    action: str
    thing: str
    key: str
    title: str
    """Its first field with a text."""
    reason: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    present: Mapping[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """Names of fields whose values are not to be shown: they may hold what people wrote."""


def preview(app: App, setup: TargetSetup, *, show_text: bool) -> Iterator[Preview]:
    """Yield what would happen to every pending record of a target, persons first."""
    run = Run.start(app, setup, owner="plan", seconds=0.0, patience=timedelta())
    refused: set[int] = set()
    for thing in Thing:
        if thing in setup.mappings:
            worded = frozenset[str]().union(*(each.worded for each in setup.mappings[thing]))
            hidden = frozenset() if show_text else worded
            yield from _of_thing(run, thing, hidden, refused)


def _of_thing(run: Run, thing: Thing, hidden: frozenset[str], refused: set[int]) -> Iterator[Preview]:
    """Yield what would happen to records of one thing; ``refused`` gathers cases that would not be there for messages."""
    setup = run.setup
    query = select(schema.delivery).where(_D.target == setup.name, _D.thing == thing, _D.state == "pending")
    with run.app.store.read() as connection:
        rows = connection.execute(query.order_by(_D.case_id, _D.sort, _D.id)).all()
    for row in rows if thing is Thing.MESSAGE else ():
        if row.case_id in refused:
            yield Preview("wait", thing, row.key, "", "its case would be refused")
    going = [row for row in rows if thing is not Thing.MESSAGE or row.case_id not in refused]
    for part in bulk.chunks(going, BATCH):
        with run.app.store.read() as connection:
            claims = _claims(connection, setup, thing, part)
        for claim, seen in _looked_at(setup, thing, list(render(run, thing, claims)), hidden):
            if thing is Thing.CASE and seen.action == "refuse":
                refused.add(claim.row.case_id)
            yield seen


def _claims(connection: Connection, setup: TargetSetup, thing: Thing, rows: Sequence[Row[Any]]) -> list[Claim]:
    """Return claims with the references that they would have by then."""
    cases = sorted({row.case_id for row in rows if row.case_id is not None})
    case_refs = _refs(connection, setup, "case", cases)
    query = select(_K.id, _K.customer_id)
    owners = {row.id: row.customer_id for row in bulk.rows_where(connection, query, _K.id, cases)}
    persons = _refs(connection, setup, "person", sorted({owner for owner in owners.values() if owner is not None}))
    found = []
    for row in rows:
        person = persons.get(owners.get(row.case_id), ("", ""))
        case = case_refs.get(row.case_id, ("", ""))[0] if thing is Thing.MESSAGE else ""
        found.append(Claim(row, Refs(case=case, person=person[0], person_key=person[1])))
    return found


def _refs(
    connection: Connection, setup: TargetSetup, thing: str, ids: Sequence[int]
) -> dict[int | None, tuple[str, str]]:
    query = select(_D.subject_id, _D.ref, _D.key).where(
        _D.target == setup.name, _D.thing == thing, _D.state.not_in(("refused", "gone", "dropped", "not_needed"))
    )
    rows = bulk.rows_where(connection, query, _D.subject_id, ids)
    return {row.subject_id: (row.ref or NOT_YET, row.key) for row in rows}


def _looked_at(
    setup: TargetSetup, thing: Thing, results: Sequence[Any], hidden: frozenset[str]
) -> Iterator[tuple[Claim, Preview]]:
    records = {one.claim.id: thaw_record(one.body, "") for one in results if isinstance(one, Rendered)}
    present = _present(setup, [record for record in records.values() if record.ref])
    for one in results:
        key = one.claim.row.key
        if one.claim.id in records:
            yield one.claim, _of_record(setup, records[one.claim.id], present.get(key, {}), hidden)
            continue
        match one.outcome:
            case Same():
                continue
            case Linked():
                why = f"linked to {one.outcome.ref}, which stands there"
                yield one.claim, Preview("skip", thing, key, "", why)
            case Unneeded():
                yield one.claim, Preview("skip", thing, key, "", one.outcome.reason)
            case Refusal():
                yield one.claim, Preview("refuse", thing, key, "", one.outcome.reason)


def _present(setup: TargetSetup, updates: Sequence[Record]) -> dict[str, Mapping[str, Any]]:
    present: dict[str, Mapping[str, Any]] = {}
    for name in sorted({record.object for record in updates}):
        keys = {record.key: record.parent for record in updates if record.object == name}
        found = setup.target.find(name, keys, _LONG_AGO)
        present |= {key: there.fields for key, there in found.items()}
    return present


def _of_record(setup: TargetSetup, record: Record, present: Mapping[str, Any], hidden: frozenset[str]) -> Preview:
    title = _title(record, hidden)
    violation = first_violation(setup.target.schema(record.object), record.fields, creating=not record.ref)
    if violation is not None:
        return Preview("refuse", record.thing, record.key, title, f"{violation.field}: {violation.reason}")
    action = "update" if record.ref else "create"
    return Preview(action, record.thing, record.key, title, "", record.fields, present, hidden)


def _title(record: Record, hidden: frozenset[str]) -> str:
    for name, value in record.fields.items():
        if isinstance(value, str) and value:
            return HIDDEN if name in hidden else value
    return ""
