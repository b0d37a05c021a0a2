"""Rows of what happened to cases in targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.nouns import What

if TYPE_CHECKING:
    from bridge.nouns import Answer, CaseEvent


def event_row(target: str, event: CaseEvent) -> dict[str, Any]:
    """Return the row of an event."""
    return {
        "target": target,
        "native_id": event.native_id,
        "case_ref": event.case_ref,
        "at": event.at,
        "what": str(event.what),
        "value": event.value,
        "before": event.before,
        "native": event.native,
        "actor": str(event.actor),
        "actor_name": event.actor_name,
        "actor_id": event.actor_id,
    }


def answer_row(target: str, answer: Answer) -> dict[str, Any]:
    """Return the row that says that an agent wrote something."""
    return {
        "target": target,
        "native_id": f"answer:{answer.native_id}",
        "case_ref": answer.case_ref,
        "at": answer.at,
        "what": str(What.OTHER),
        "value": "answer" if answer.public else "note",
        "before": "",
        "native": "",
        "actor": str(answer.actor),
        "actor_name": answer.actor_name,
        "actor_id": answer.actor_id,
    }
