"""Answers that wait are looked at as soon as they are known.

Why one cannot go as it is its author reads now, and not when it was to go. When it goes, all of it is asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge import actions, budget, holding
from bridge.approvals import AWAITS
from bridge.eligible import eligibility_of, instead
from bridge.errors import CasebridgeError
from bridge.keys import short_hash
from bridge.nouns import ActionKind
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Row

    from bridge.app import App, SourceSetup
    from bridge.contracts import Publisher
    from bridge.nouns import Action

A = schema.action.c


def look(app: App, setup: SourceSetup) -> None:
    """Look at what is held, or waits for approval, on a connection, each text once.

    One that tells personal data is held for a person, one that the network does not take is refused. A network that does
    not answer now is asked when the answer goes.
    """
    if setup.publisher is None:
        return
    for row, action in _unseen(app, setup):
        try:
            _look_at(app, setup.publisher, row, action)
        except CasebridgeError:
            return


def _unseen(app: App, setup: SourceSetup) -> list[tuple[Row[Any], Action]]:
    now = app.clock.now()
    waits = ((A.state == "held") & (A.hold_until > now)) | ((A.state == "review") & (A.awaits == AWAITS))
    query = select(schema.action).where(A.connection == setup.name, A.kind == str(ActionKind.REPLY), waits)
    with app.store.read() as connection:
        if budget.paused_until(connection, setup.name, now) is not None:
            return []
        rows = [row for row in connection.execute(query.order_by(A.id)) if row.looked_at != short_hash(row.text)]
        found = actions.load(connection, rows)
    return [(row, found[row.id]) for row in rows if row.id in found]


def _look_at(app: App, publisher: Publisher, row: Row[Any], action: Action) -> None:
    """Stop an answer that cannot go as it is."""
    changes: dict[str, Any] = {"looked_at": short_hash(row.text)}
    if too_long := holding.too_long(row):
        changes |= _refused(too_long, ("a shorter text",))
    elif found := _personal(app, row):
        changes |= holding.held(found)
    else:
        eligibility = eligibility_of(publisher, action)
        changes |= {} if eligibility.can else _refused(eligibility.reason, instead(app, row, eligibility))
    with app.store.write("publish.record") as connection:
        unchanged = (A.id == row.id) & (A.state == row.state) & (A.text == row.text)
        connection.execute(schema.action.update().where(unchanged).values(changes))


def _personal(app: App, row: Row[Any]) -> list[holding.Piece]:
    with app.store.read() as connection:
        return holding.found_in(connection, app, row)


def _refused(reason: str, alternatives: Iterable[str]) -> dict[str, Any]:
    return {"state": "refused", "reason": reason, "alternatives": list(alternatives) or None, "awaits": ""}
