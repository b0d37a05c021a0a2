"""What we did on a network is a fact of ours before it is read back from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bridge.collect import store_page
from bridge.nouns import ActionKind, Cursor, Deleted, Direction, Message, Page, Said
from bridge.policies import stamp, store_secret
from bridge.reading import OWN_POSTS, reading_of
from bridge.store import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

    from bridge.app import App, SourceSetup
    from bridge.nouns import Action
    from bridge.reading import Reading


def store(app: App, setup: SourceSetup, row: Row[Any], action: Action, ref: str) -> None:
    """Store what we did as a fact of ours, before it is read back from the network."""
    if action.kind is ActionKind.REPLY:
        _answer(app, setup, row, action, ref)
    elif action.kind is ActionKind.DELETE_OWN:
        gone = Deleted(action.network, action.reply_to, app.clock.now(), action.scope)
        store_page(app.store, _as_own(app, setup), Page((gone,), Cursor()), now=app.clock.now())


def _as_own(app: App, setup: SourceSetup) -> Reading:
    return replace(reading_of(setup, policies=stamp(app), secret=store_secret(app)), stream=OWN_POSTS)


def _answer(app: App, setup: SourceSetup, row: Row[Any], action: Action, ref: str) -> None:
    """Store what we posted as a message of ours, so that it is known by its id when it is read back.

    If it was read back before its outcome was known, the message there is marked as ours.
    """
    message = Message(
        network=action.network,
        scope=action.scope,
        native_id=ref,
        account=action.account,
        direction=Direction.OUT,
        kind=action.posted,
        public=action.public,
        text=action.text,
        sent_at=app.clock.now(),
        thread=action.thread,
        answers=(action.reply_to,),
    )
    store_page(app.store, _as_own(app, setup), Page((Said(message),), Cursor()), now=app.clock.now())
    with app.store.write("publish.own_post") as connection:
        where = schema.message.c.key == message.key
        connection.execute(schema.message.update().where(where).values(action_id=row.id))
