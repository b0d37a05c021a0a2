"""Reply hints: said in the case before anybody answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bridge.actions import reply_to
from bridge.errors import CasebridgeError
from bridge.nouns import Eligibility
from bridge.outbox.wording import BY_HAND, STAYS_HERE, reply_hint
from bridge.speaking import speaker
from bridge.ways import ways
from bridge.windows import Window, note_windows

if TYPE_CHECKING:
    from bridge.app import App
    from bridge.outbox.values import Rows


def hints(app: App, rows: Rows, *, publish: bool) -> dict[int, str]:
    """Return for each case where an answer goes now; asks the networks, so no transaction may be open.

    ``publish`` tells whether answers go out at all.
    """
    if not publish:
        return dict.fromkeys(rows.last_in, STAYS_HERE)
    found = {id_: _eligibility(app, message, _author(rows, message)) for id_, message in rows.last_in.items()}
    # A network that refuses without a time says nothing of the window, which stays as it is known.
    told = {id_: each for id_, each in found.items() if each is not None and (each.can or each.until is not None)}
    note_windows(app, {id_: Window(rows.last_in[id_].id, each.until) for id_, each in told.items()})
    return {id_: _hint(app, rows, id_, found[id_]) for id_ in rows.last_in}


def _author(rows: Rows, message: Any) -> str:  # noqa: ANN401 - a message's row
    author = rows.authors.get(message.author_id)
    return author.uid if author is not None else ""


def _hint(app: App, rows: Rows, case_id: int, found: Eligibility | None) -> str:
    message = rows.last_in[case_id]
    author = rows.authors.get(message.author_id)
    name = "" if author is None else f"@{author.handle}" if author.handle else author.name
    if found is not None and not found.can:
        found = replace(found, alternatives=ways(app, case_id, message, found.alternatives, public=message.public))
    return reply_hint(network=message.network, public=message.public, name=name, eligibility=found)


def _eligibility(app: App, message: Any, recipient: str) -> Eligibility | None:  # noqa: ANN401 - a message's row
    source = speaker(app, message)
    if source is None or source.publisher is None:
        return Eligibility(can=False, reason="nothing here can answer there", alternatives=(BY_HAND,))
    try:
        return source.publisher.eligibility(reply_to(message, recipient, key="", text="", connection=source.name))
    except CasebridgeError:
        # The network does not say now; the hint goes without, and the answer is checked when it is sent.
        return None
