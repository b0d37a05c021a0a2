"""Resolve: two halves, one lease. Messages first, then every customer that they concern, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import lease
from bridge.modes import outbox_of
from bridge.resolve.customers import resolve_customers
from bridge.resolve.messages import resolve_messages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.app import App

LEASE = "resolve"


def resolve(app: App, *, patience: float = 60.0) -> Iterator[int]:
    """Resolve until nothing is dirty; yields the number of messages resolved after each batch.

    Waits up to ``patience`` seconds while another process resolves, then raises ``StoreBusy``.
    """
    routes = routes_of(app)
    with lease.hold(app.store, LEASE, app.clock, patience=patience) as held:
        while (messages := resolve_messages(app, routes, held)) is not None:
            yield messages
        while resolve_customers(app, routes, held) is not None:
            yield 0


def routes_of(app: App) -> dict[str, tuple[str, ...]]:
    """Return connection → outboxes of the targets that its messages go to, from all syncs."""
    routes: dict[str, dict[str, None]] = {}
    for sync in app.syncs.values():
        for source in sync.sources:
            outboxes = [outbox_of(app.targets[target]) for target in sync.targets]
            routes.setdefault(source, {}).update(dict.fromkeys(outboxes))
    return {source: tuple(targets) for source, targets in routes.items()}
