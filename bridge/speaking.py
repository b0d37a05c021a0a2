"""Through which of our connections a message is answered, where several have seen it: a mail to two mailboxes, a mention of two accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridge.app import App, SourceSetup


def speaker(app: App, message: Any) -> SourceSetup | None:  # noqa: ANN401 - a message's row
    """Return the connection of the account that was written to, else the first one by name that can answer; None if none can."""
    seen = sorted({message.connection, *(message.seen_by or ())})
    able = [app.sources[name] for name in seen if name in app.sources and app.sources[name].publisher is not None]
    written_to = [each for each in able if message.account.casefold() in each.source.accounts]
    return next(iter([*written_to, *able]), None)
