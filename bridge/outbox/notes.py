"""Notes for agents, which the outbox takes into the target as amendments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.keys import target_key
from bridge.nouns import AmendmentKind
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.app import App


def want_note(connection: Connection, app: App, action: Any, text: str, now: datetime) -> None:  # noqa: ANN401 - an action's row
    """Want an internal note in the case that ``action`` came from; the same text about one action only once."""
    if not action.target or not action.case_ref:
        return
    row = {
        "target": action.target,
        "thing": "amendment",
        "key": target_key(app.organisation, app.environment, f"note:{action.key}:{text}"),
        "subject_id": None,
        "case_id": action.case_id,
        "state": "pending",
        "wanted_version": 1,
        "sent_version": 0,
        "delivered_version": 0,
        "delivered_hash": "",
        "ref": "",
        "url": "",
        "sort": int(now.timestamp() * 1_000_000),
        "attempts": 0,
        "next_at": None,
        "reason": "",
        "field": "",
        "waiting_for": "",
        "spec": {"kind": str(AmendmentKind.NOTE), "ref": action.case_ref, "text": text},
        "look_up": False,
        "owner": "",
        "until": None,
        "created_at": now,
    }
    bulk.insert_new(connection, schema.delivery, [row])
