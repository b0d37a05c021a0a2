"""Explain anything that can be found: a message, case, customer, delivery, action, a row in the quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.errors import ConfigError
from bridge.explaining.cases import case
from bridge.explaining.customers import customer
from bridge.explaining.find import find
from bridge.explaining.messages import message
from bridge.explaining.outbox import action, delivery, set_aside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection

    from bridge.app import App
    from bridge.explaining.find import Hit

_EXPLAIN: dict[str, Callable[[Connection, App, int], Iterator[str]]] = {
    "message": message,
    "case": case,
    "customer": customer,
    "delivery": delivery,
    "action": action,
    "quarantine": set_aside,
}
_SHOWN = 8


def explain(app: App, text: str) -> list[str]:
    """Say in sentences how a message, case, customer, delivery or action came to be as it is.

    Raises ``ConfigError`` if nothing, or more than one thing, is found.
    """
    hits = find(app, text)
    if not hits:
        raise ConfigError(
            f"Nothing found for “{text}”. Try a permalink, M-…, C-…, P-…, D-…, A-…, a handle or an address."
        )
    known = list({(hit.kind, hit.id): hit for hit in hits if hit.kind in _EXPLAIN}.values())
    if not known:
        return [_only_named(hit) for hit in hits]
    if len(known) > 1:
        listed = ", ".join(f"{hit.id} ({hit.kind}: {hit.title})" for hit in known[:_SHOWN])
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        raise ConfigError(f"“{text}” may mean {listed}{more}. Name one of them.")
    with app.store.read() as connection:
        return list(_EXPLAIN[known[0].kind](connection, app, int(known[0].id.split("-")[1])))


def _only_named(hit: Hit) -> str:
    if hit.kind == "run":
        return f"{hit.id} is a run of “{hit.title}”: casebridge runs show {hit.id}"
    return f"{hit.id} is a case that the target holds without us (“{hit.title}”); no message of its requester belongs to it yet."
