"""Answer a case without a CRM's screen: the same way as an agent's answer there, and told in the case there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge import agents
from bridge.actions import OPEN
from bridge.errors import ConfigError, Refused
from bridge.keys import short_hash
from bridge.outbox.predicates import STANDS
from bridge.publishing import publishing_since
from bridge.store import schema
from bridge.wishes import Wish, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from bridge.app import App, TargetSetup
    from bridge.wishes import Part

A, D = schema.action.c, schema.delivery.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One thing that an answer comes to; ``action`` is its number, None while it is only tried."""

    action: int | None
    kind: str
    state: str
    network: str
    public: bool
    text: str
    reason: str
    alternatives: tuple[str, ...]


def answer(app: App, case_id: int, text: str, *, by: str, target: str = "", dry_run: bool = False) -> list[Drafted]:
    """Make what somebody wants to be said, or done, in a case; ``text`` may begin with shorthands.

    With ``dry_run`` only say what it would come to. Raises ``ConfigError`` for a case that cannot be answered from here, ``Refused`` for what is on its way already.
    """
    with app.store.read() as connection:
        setup, ref = _place(connection, app, case_id, target)
    wish = _wish(app, setup, ref, case_id, text, by)
    if dry_run:
        with app.store.read() as connection:
            return [_tried(connection, app, setup, wish, part) for part in parts_of(connection, app, wish)]
    with app.store.write("answer") as connection:
        publishing_since(connection, setup, wish.at)
        return list(_made(connection, app, setup, wish))


def _wish(app: App, setup: TargetSetup, ref: str, case_id: int, text: str, by: str) -> Wish:
    at = app.clock.now()
    id_ = f"typed:{short_hash(f'{case_id}:{by}:{at.isoformat()}:{text}')}"
    return Wish(target=setup.name, case_ref=ref, case_id=case_id, id=id_, actor=by, at=at, text=text)


def _place(connection: Connection, app: App, case_id: int, name: str) -> tuple[TargetSetup, str]:
    """Return the target in which the case stands and from which answers go out, and its id there."""
    query = select(D.target, D.ref).where(STANDS, D.thing == "case", D.case_id == case_id, D.ref != "")
    stands = {row.target: row.ref for row in connection.execute(query.order_by(D.id))}
    if not stands:
        message = f"C-{case_id} stands in no target, so nobody would see the answer there. See: casebridge cases show C-{case_id}"
        raise ConfigError(message)
    found = [each for each in stands if each in app.targets and app.targets[each].publish and name in ("", each)]
    if len(found) == 1:
        return app.targets[found[0]], stands[found[0]]
    if found:
        message = f"C-{case_id} stands in {' and '.join(found)}; name one with --target."
    elif name in ("", *stands):
        message = f"Answers from {name or ' and '.join(stands)} are not published: set publish: true there."
    else:
        message = f"C-{case_id} does not stand in {name!r}, but in {', '.join(stands)}."
    raise ConfigError(message)


def _made(connection: Connection, app: App, setup: TargetSetup, wish: Wish) -> Iterator[Drafted]:
    for part in parts_of(connection, app, wish):
        _refuse_double(connection, wish, part)
        # Nobody wrote it in the case there: the case is told the whole of it.
        row = agents.draft(connection, app, setup, wish, replace(part, composed=bool(part.text)))
        number = connection.execute(select(A.id).where(A.key == row["key"])).scalar_one()
        yield _drafted(row, number)


def _refuse_double(connection: Connection, wish: Wish, part: Part) -> None:
    same = (A.case_id == wish.case_id) & (A.kind == str(part.kind)) & (A.text == part.text) & A.state.in_(OPEN)
    number = connection.execute(select(A.id).where(same)).scalar()
    if number is not None:
        message = (
            f"The same is on its way already as A-{number}. Let it go at once: casebridge actions approve A-{number}"
        )
        raise Refused(message)


def _tried(connection: Connection, app: App, setup: TargetSetup, wish: Wish, part: Part) -> Drafted:
    return _drafted(agents.judged(connection, app, setup, wish, part), None)


def _drafted(row: dict[str, Any], number: int | None) -> Drafted:
    return Drafted(
        action=number,
        kind=row["kind"],
        state=row["state"],
        network=row["network"],
        public=row["public"],
        text=row["text"],
        reason=row["reason"],
        alternatives=tuple(row["alternatives"] or ()),
    )
