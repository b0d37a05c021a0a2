"""A Bluesky account as a source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapters.bluesky import chat, checking, cursor, watching
from adapters.bluesky.client import Client
from adapters.bluesky.lists import listings, walk
from adapters.bluesky.names import GET_SESSION
from adapters.bluesky.parse import Brand
from adapters.bluesky.reading import Reader
from adapters.bluesky.settings import BlueskySettings
from bridge.contracts import Source
from bridge.errors import Unsupported
from bridge.nouns import Account, Cursor, Estimate, Page, Retention

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx
    from pydantic import BaseModel

    from adapters.bluesky.cursor import State
    from bridge.contracts import Surroundings
    from bridge.nouns import SourceEvent
    from bridge.signing_in import Person

_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)
_COUNTED = 20
"""Pages of a list that an estimate goes through."""


class BlueskySource(Source):
    """Reads mentions, replies, quotes, finds of searches, our own posts, and direct messages where wanted."""

    settings_model = BlueskySettings
    live = True
    unseen = (
        "posts that Bluesky hides from the account",
        "replies more than five levels below your posts",
        "a post that is deleted after `watch_days`",
        "whether a message was read",
    )
    retention = Retention(deleted_days=1)

    def __init__(
        self, settings: BlueskySettings, surroundings: Surroundings, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing; ``transport`` stands in for the network."""
        self.settings, self.around = settings, surroundings
        self.client = Client(settings, surroundings, transport)

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> BlueskySource:
        """Return a source; opens nothing."""
        own = {name: getattr(settings, name) for name in BlueskySettings.model_fields}
        return cls(BlueskySettings.model_validate(own), surroundings)

    def __repr__(self) -> str:
        """Show the account and no secret."""
        return f"BlueskySource({self.settings.handle!r})"

    def check(self) -> Account:
        """Try sign-in, server, rights, clock and limits."""
        return checking.check(self.client, self.settings, self.around)

    def sign_in(self, person: Person) -> None:
        """Sign in with the app password of the settings, else ask for one, and keep both; raises ``AuthError``."""
        password = self.settings.app_password.get_secret_value()
        if not password:
            person.told(f"An app password for {self.settings.handle}: {checking.HOW_TO_MAKE_ONE}")
            password = person.asked("App password", secret=True).strip()
        self.client.sessions.begin(password)

    def close(self) -> None:
        """Close the connections; may be called twice."""
        self.client.close()

    def head(self) -> Cursor:
        """Return the end of every list and of the log: what stands within the overlap is noted as read."""
        state = cursor.State()
        self._begin(state)
        return state.cursor()

    def at(self, time: datetime) -> Cursor:
        """Return the cursor from which everything since ``time`` is read; of direct messages, all."""
        state = cursor.State()
        for listing in listings(self.client, self.settings):
            state.window(listing.name).since = max(time, _LONG_AGO)
        state.chat = chat.BEGINNING
        return state.cursor()

    def estimate(self, after: Cursor) -> Estimate:
        """Count what the lists hold after the cursor; posts above them and direct messages are not counted."""
        state, count = cursor.read(after), 0
        for listing in listings(self.client, self.settings):
            for page, (items, _) in enumerate(walk(listing, state.window(listing.name), self._overlap, self._now()), 1):
                count += len(items)
                if page == _COUNTED:
                    return Estimate(money=0.0, currency="EUR")
        if self.settings.direct_messages:
            return Estimate(money=0.0, currency="EUR")
        return Estimate(messages=count, money=0.0, currency="EUR")

    def pages(self, after: Cursor) -> Iterator[Page]:
        """Yield what is new in every list, then what became of the watched posts, then the log of direct messages.

        A page is handed over before the next one is asked for; so the last one, which claims no more, may be empty.
        A search that was not there before begins from now, and so do direct messages.
        """
        state = cursor.read(after)
        begun = state.cursor()
        session = self.client.sessions.current()
        if after.value:
            self._begin(state)
        reader = Reader(self.client, Brand(session.did, session.handle), self.settings.context, self._now())
        for events in self._lists(state, reader):
            yield self._page(state, events, more=True)
        if watching.due(state.watch, self.settings, self._now()):
            events = watching.look(self.client, state.watch, self.settings, self._now())
            yield self._page(state, events, more=True)
        if self.settings.direct_messages:
            yield from self._directs(state, reader)
        if state.cursor() != begun:
            yield self._page(state, [], more=False)

    def reread(self, fields: Mapping[str, str], where: str) -> Page:  # noqa: ARG002 - there is nothing to repair
        """Refuse: a post is as the network shows it."""
        message = f"{self.around.name} has no rows to repair."
        raise Unsupported(message, manual_step="Look at the post in the app.")

    def _begin(self, state: State) -> None:
        """Let what was never read begin from now: what stands within the overlap counts as read."""
        fresh = [each for each in listings(self.client, self.settings) if each.name not in state.windows]
        if fresh:
            self.client.get(GET_SESSION)  # whose answer tells the network's time
        for listing in fresh:
            window = state.window(listing.name)
            window.since = self._now()
            for _ in walk(listing, window, self._overlap, self._now()):
                continue
        if self.settings.direct_messages and state.chat is None:
            state.chat = chat.end(self.client, self._now())

    def _lists(self, state: State, reader: Reader) -> Iterator[list[SourceEvent]]:
        for listing in listings(self.client, self.settings):
            for items, complete in walk(listing, state.window(listing.name), self._overlap, self._now()):
                if items or not complete:
                    yield reader.events(listing, items)

    def _directs(self, state: State, reader: Reader) -> Iterator[Page]:
        for entries in chat.read(self.client, state.chat or chat.BEGINNING, self._now()):
            state.chat = entries.place
            yield self._page(state, [*entries.others, *reader.directs(entries.said)], more=True)

    def _page(self, state: State, events: list[SourceEvent], *, more: bool) -> Page:
        watching.note(state.watch, events, self.settings.watch)
        return Page(tuple(events), state.cursor(), more=more)

    def _now(self) -> datetime:
        """Return the network's time, as of its latest answer."""
        return self.around.clock.now() + self.client.clock_off

    @property
    def _overlap(self) -> timedelta:
        return timedelta(hours=self.settings.overlap_hours)
