"""Other ways to the same customer, where an answer cannot go: each with what an agent writes to take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.actions import Where, networks_of, reply_to, where_to
from bridge.errors import CasebridgeError
from bridge.outbox.wording import BY_HAND
from bridge.speaking import speaker
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.engine import Connection

    from bridge.app import App

_VAGUE = frozenset({"another channel of the customer", "in public", "in private", "a direct message", BY_HAND})
"""What a network says without knowing the customer: what is named here is better."""


def ways(app: App, case_id: int, message: Any, own: Iterable[str], *, public: bool) -> tuple[str, ...]:  # noqa: ANN401 - a message's row
    """Return where else the customer of a case can be answered now, and what a network says itself (``own``).

    Asks the networks, so no transaction may be open. ``message``: what could not be answered in the way of ``public``.
    """
    with app.store.read() as connection:
        found = list(_candidates(connection, case_id, message, public=public))
    named = [words for words, where, uid in found if _can(app, where, uid)]
    if message.permalink and message.deleted_at is None:
        named.append(f"by hand at {message.permalink}")
    said = [each for each in own if not (named and each in _VAGUE) and each not in _networks(found, named)]
    return tuple(dict.fromkeys([*named, *said]))


def _candidates(
    connection: Connection,
    case_id: int,
    message: Any,  # noqa: ANN401 - a message's row
    *,
    public: bool,
) -> Iterator[tuple[str, Where, str]]:
    """Yield words, place and recipient of each way that may be open."""
    here = where_to(connection, case_id, public=not public)
    if here.message is not None and here.message.network == message.network and here.message.deleted_at is None:
        words = "in private: begin with #private" if public else "in public: begin with #public"
        yield words, here, _uid(connection, here)
    for network in networks_of(connection, case_id):
        if network != message.network:
            there = where_to(connection, case_id, via=network)
            yield f"on {network}: begin with #via:{network}", there, _uid(connection, there)


def _uid(connection: Connection, where: Where) -> str:
    profile = schema.profile.c
    author = where.message.author_id if where.message is not None else None
    found = connection.execute(schema.profile.select().with_only_columns(profile.uid).where(profile.id == author))
    return found.scalar() or ""


def _can(app: App, where: Where, recipient: str) -> bool:
    message = where.message
    source = speaker(app, message) if message is not None else None
    if message is None or source is None or source.publisher is None:
        return False
    action = reply_to(message, recipient, key="", text="", connection=source.name, public=where.public)
    try:
        return source.publisher.eligibility(action).can
    except CasebridgeError:
        return False


def _networks(found: Iterable[tuple[str, Where, str]], named: Iterable[str]) -> set[str]:
    """Return the networks that are named with what to write."""
    return {where.message.network for words, where, _ in found if where.message is not None and words in set(named)}
