"""Triage of the messages that are new or were edited, under the policy that each was stamped with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.store import bulk, schema
from bridge.triage.rules import TriageInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection, Row

    from bridge.resolve.work import MessageBatch
    from bridge.triage.rules import RuleSet, Triage


def triage_messages(connection: Connection, batch: MessageBatch, rules: Mapping[int, RuleSet]) -> None:
    """Decide contact reason, priority, queue, SLA and whether a case is wanted, for each dirty message of a customer."""
    inbound = [id_ for id_, row in batch.messages.items() if row.direction == "in"]
    files = _files(connection, inbound)
    handles = {name: [f"@{each}" for each in setup.own] for name, setup in batch.app.sources.items()}
    said: dict[int, dict[str, Any]] = {}
    column = schema.message_text.c
    for text in bulk.rows_where(connection, select(schema.message_text), column.message_id, inbound):
        row = batch.messages[text.message_id]
        own = handles.get(row.connection, ())
        decided = rules[row.policy_id].decide(_facts(batch, row, text, own, files.get(row.id, 0)))
        batch.triage[row.id] = _stored(said, decided)


def _facts(batch: MessageBatch, row: Row[Any], text: Row[Any], own: list[str] | tuple[()], files: int) -> TriageInput:
    folded = text.text.lower() if own and "@" in text.text else ""
    return TriageInput(
        text=text.text,
        subject=text.subject,
        lang=row.lang,
        network=row.network,
        kind=row.kind,
        public=row.public,
        direction=row.direction,
        rating=row.rating,
        reach=row.reach,
        unit=row.unit,
        account=row.account,
        source=row.connection,
        targets=frozenset(batch.routes.get(row.connection, ())),
        missed=row.missed,
        automatic=row.automatic,
        mentions_brand=any(handle in folded for handle in own) if folded else False,
        listening=bool(row.extra and row.extra.get("listening")),
        employee=bool(row.extra and row.extra.get("employee")),
        attachments=files,
        extra=row.extra or {},
    )


def _files(connection: Connection, ids: list[int]) -> dict[int, int]:
    column = schema.attachment.c
    query = select(column.message_id, func.count().label("files")).group_by(column.message_id)
    return {row.message_id: row.files for row in bulk.rows_where(connection, query, column.message_id, ids)}


def _stored(said: dict[int, dict[str, Any]], decided: Triage) -> dict[str, Any]:
    """Return what is stored of a decision; rule sets hand out the same object for the same decision."""
    known = said.get(id(decided))
    if known is None:
        known = said[id(decided)] = {"keep": decided, "stored": decided.as_dict()}
    stored: dict[str, Any] = known["stored"]
    return stored
