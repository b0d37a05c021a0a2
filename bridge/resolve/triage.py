"""Triage of the messages that are new or were edited, under the policy that each was stamped with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.store import bulk, schema
from bridge.triage.rules import TriageInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from bridge.resolve.work import Work
    from bridge.triage.rules import RuleSet


def triage_messages(connection: Connection, work: Work, rules: Mapping[int, RuleSet]) -> None:
    """Decide contact reason, priority, queue, SLA and whether a case is wanted, for each dirty message of a customer."""
    inbound = [id_ for id_, row in work.messages.items() if row.direction == "in"]
    column = schema.message_text.c
    for text in bulk.rows_where(connection, select(schema.message_text), column.message_id, inbound):
        row = work.messages[text.message_id]
        decided = rules[row.policy_id].decide(
            TriageInput(
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
                missed=row.missed,
                automatic=row.automatic,
                source=row.connection,
            )
        )
        work.triage[text.message_id] = decided.as_dict()
