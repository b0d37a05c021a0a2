"""Reply hints: said in the case before anybody answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bridge.actions import reply_to
from bridge.errors import CasebridgeError
from bridge.nouns import Eligibility
from bridge.outbox.wording import BY_HAND, STAYS_HERE, reply_hint
from bridge.ways import ways

if TYPE_CHECKING:
    from bridge.app import App
    from bridge.outbox.values import Rows


def hints(app: App, rows: Rows, *, publish: bool) -> dict[int, str]:
    """Return for each case where an answer goes now; asks the networks, so no transaction may be open.

    ``publish`` tells whether answers go out at all.
    """
    if not publish:
        return dict.fromkeys(rows.last_in, STAYS_HERE)
    return {case_id: _hint(app, rows, case_id, message) for case_id, message in rows.last_in.items()}


def _hint(app: App, rows: Rows, case_id: int, message: Any) -> str:  # noqa: ANN401 - a message's row
    author = rows.authors.get(message.author_id)
    name = "" if author is None else f"@{author.handle}" if author.handle else author.name
    found = _eligibility(app, message, author.uid if author is not None else "")
    if found is not None and not found.can:
        found = replace(found, alternatives=ways(app, case_id, message, found.alternatives, public=message.public))
    return reply_hint(network=message.network, public=message.public, name=name, eligibility=found)


def _eligibility(app: App, message: Any, recipient: str) -> Eligibility | None:  # noqa: ANN401 - a message's row
    source = app.sources.get(message.connection)
    if source is None or source.publisher is None:
        return Eligibility(can=False, reason="nothing here can answer there", alternatives=(BY_HAND,))
    try:
        return source.publisher.eligibility(reply_to(message, recipient, key="", text="", connection=source.name))
    except CasebridgeError:
        # The network does not say now; the hint goes without, and the answer is checked when it is sent.
        return None
