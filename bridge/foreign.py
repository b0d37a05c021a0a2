"""Foreign cases: open cases that a target holds without us, as dated snapshots. We append there and change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge import features
from bridge.nouns import Kind, Message
from bridge.outbox.predicates import STANDS
from bridge.store import bulk, schema
from bridge.triage.rules import TriageInput
from identity.model import LINKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

    from bridge.app import App
    from bridge.nouns import CaseSnapshot

D = schema.delivery.c


def row_of(app: App, target: str, snapshot: CaseSnapshot, secret: bytes) -> dict[str, Any]:
    """Return the row of a snapshot: named facts and contact reason by the same rules as for messages."""
    patterns = {kind: pattern for source in app.sources.values() for kind, pattern in source.fact_patterns.items()}
    message = Message(
        network=target,
        native_id=snapshot.ref,
        kind=Kind.MAIL,
        public=False,
        text=features.safe_text(snapshot.text),
        subject=features.safe_text(snapshot.subject),
    )
    seen = TriageInput(
        text=message.text, subject=message.subject, network=target, kind=Kind.MAIL, public=False, source=target
    )
    return {
        "target": target,
        "ref": snapshot.ref,
        "read_at": snapshot.read_at,
        "opened_at": snapshot.opened_at,
        "last_at": snapshot.last_at,
        "closed_at": snapshot.closed_at,
        "subject": message.subject,
        "person_ref": snapshot.person_ref,
        "identifiers": sorted(str(shown.identifier) for shown in snapshot.shown if shown.relation in LINKING) or None,
        "permalinks": list(snapshot.permalinks) or None,
        "facts": features.named_facts(message, features.Patterns.compile(patterns), secret),
        "reason": app.triage.decide(seen).as_dict().get("reason", ""),
        "url": snapshot.url,
        "vertex": f"r:{target}:{snapshot.person_ref}" if snapshot.person_ref else "",
    }


def store(connection: Connection, target: str, rows: Sequence[dict[str, Any]]) -> int:
    """Store the newest snapshots and mark dirty whose cases they may concern; returns how many.

    What we made ourselves is no foreign case, whatever the target says. A requester without a record of his own is the
    one who shows the same identifier.
    """
    query = select(D.ref).where(STANDS, D.target == target, D.thing == "case", D.sent_version > 0)
    ours = {row.ref for row in bulk.rows_where(connection, query, D.ref, [row["ref"] for row in rows])}
    rows = [row for row in rows if row["ref"] not in ours]
    for row in rows:
        if not row["vertex"] and row["identifiers"]:
            row["vertex"] = _vertex(connection, row["identifiers"])
    bulk.upsert(connection, schema.foreign_case, rows, key=("target", "ref"))
    member = schema.member.c
    vertices = sorted({row["vertex"] for row in rows} - {""})
    found = bulk.rows_where(connection, select(member.customer_id), member.vertex, vertices)
    customers = sorted({row.customer_id for row in found})
    bulk.insert_new(connection, schema.dirty, [{"kind": "customer", "key": str(id_)} for id_ in customers])
    return len(rows)


def _vertex(connection: Connection, identifiers: Sequence[str]) -> str:
    """Return the first vertex that shows one of the identifiers as its own, empty if none does."""
    evidence = schema.evidence.c
    linking = sorted(str(relation) for relation in LINKING)
    query = select(evidence.vertex).where(evidence.relation.in_(linking), evidence.retracted_at.is_(None))
    return min((row.vertex for row in bulk.rows_where(connection, query, evidence.identifier, identifiers)), default="")
