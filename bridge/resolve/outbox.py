"""The outbox as one batch of resolving leaves it: rows that stand, rows to add, rows to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.keys import target_key
from bridge.store import schema

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Row

    from bridge.resolve.work import Work

_D = schema.delivery.c

IN_FLIGHT = frozenset({"sending", "accepted", "unknown"})
GONE = "gone"
SETTLED_FOR_GOOD = frozenset({GONE, "dropped"})

COLUMNS = select(
    _D.id,
    _D.target,
    _D.thing,
    _D.key,
    _D.subject_id,
    _D.case_id,
    _D.state,
    _D.wanted_version,
    _D.delivered_version,
    _D.sent_version,
    _D.owner,
)

Rows = dict[tuple[str, str, int], "Row[Any]"]
"""(target, thing, subject) → delivery row."""


class Outbox:
    """Collects delivery rows while the cases of a batch are looked at."""

    def __init__(self, work: Work, stored: Rows, now: datetime) -> None:
        """Begin with ``stored``, the rows of everything that the batch may want."""
        self.work = work
        self.now = now
        self.stored = stored
        self._made: set[tuple[str, str, str]] = set()

    def row(self, target: str, thing: str, subject: int) -> Row[Any] | None:
        """Return the row of a record in a target, if it was ever wanted there."""
        return self.stored.get((target, thing, subject))

    def placed(self, target: str, message_id: int) -> bool:
        """Tell whether a message was delivered there, or never will be."""
        row = self.row(target, "message", message_id)
        return row is not None and (row.delivered_version > 0 or row.state in SETTLED_FOR_GOOD)

    def key(self, anchor: str) -> str:
        """Return our key for something in targets."""
        return target_key(self.work.app.organisation, self.work.app.environment, anchor)

    def add(self, target: str, thing: str, key: str, subject: int | None, case_id: int | None, **given: Any) -> None:  # noqa: ANN401 - columns of a row
        """Want a record that was never wanted there."""
        if (target, thing, key) in self._made:
            return
        self._made.add((target, thing, key))
        ref = given.get("ref", "")
        self.work.writes.deliveries.append(
            {
                "target": target,
                "thing": thing,
                "key": key,
                "subject_id": subject,
                "case_id": case_id,
                "state": given.get("state") or ("delivered" if ref else "pending"),
                "wanted_version": 1,
                "delivered_version": 1 if ref else 0,
                "ref": ref,
                "sort": given["sort"],
                "reason": given.get("reason", ""),
                "spec": given.get("spec"),
                "look_up": given.get("look_up", False) or self.work.restored,
                "created_at": self.now,
            }
        )

    def again(self, row: Row[Any]) -> None:
        """Want a further version; one that is on its way is settled first."""
        if row.state in SETTLED_FOR_GOOD | {"not_needed"}:
            return
        state = row.state if row.state in IN_FLIGHT else "pending"
        self.change(row, state=state, wanted_version=row.wanted_version + 1)

    def change(self, row: Row[Any], **values: Any) -> None:  # noqa: ANN401 - columns of a row
        """Change a row that is not being sent at this moment."""
        unchanged = {name: getattr(row, name) for name in ("state", "wanted_version", "case_id")}
        self.work.writes.delivery_changes.append({"id": row.id, **unchanged, "reason": "", **values})


def micros(at: datetime | None) -> int:
    """Return microseconds since 1970; undated messages come last."""
    return int(at.timestamp() * 1_000_000) if at is not None else 2**62
