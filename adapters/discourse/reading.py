"""Reading forward from a place: new posts, those that became visible late, edits, and what is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from adapters.discourse.errors import Forbidden, Missing
from adapters.discourse.listing import Raw, after, readable
from adapters.discourse.parse import NETWORK, Post, broken, marked, post_event
from adapters.discourse.places import cursor_of, words_of
from bridge.nouns import Deleted, Page, Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.discourse.client import Client
    from adapters.discourse.places import Places
    from adapters.discourse.settings import DiscourseSettings
    from bridge.clock import Clock
    from bridge.nouns import SourceEvent

_LOOKUPS = 50
"""Posts that a run looks up because others answer them; beyond that, the topic alone says what belongs together."""


class Reader:
    """Reads on for one run."""

    def __init__(self, name: str, client: Client, settings: DiscourseSettings, clock: Clock, places: Places) -> None:
        """Begin at a place."""
        self._name, self._client, self._settings, self._clock, self._places = name, client, settings, clock, places
        self._numbers: dict[tuple[Any, Any], str] = {}
        self._lookups = 0
        self._missing: list[tuple[str, int]] = []

    def pages(self) -> Iterator[Page]:
        """Yield until everything is read; only the last page claims no more."""
        for which in ("public", "private") if self._settings.private else ("public",):
            for posts in after(self._client, which, self._places[which].last):
                yield from self._told(which, [marked(raw) for raw in posts] if which == "private" else posts)
            self._miss(which, posts)
        yield Page(tuple(self._again()), cursor_of(self._places))

    def _told(self, which: str, posts: list[Any]) -> Iterator[Page]:
        known = readable(posts)
        self._numbers |= {(raw.get("topic_id"), raw.get("post_number")): str(raw["id"]) for raw in known}
        events = [self._unreadable(raw) for raw in posts if raw not in known]
        news = [raw for raw in known if self._places[which].is_news(raw)]
        size = self._settings.page
        for start in range(0, len(news), size):
            for raw in news[start : start + size]:
                if self._wanted(which, raw):
                    events.append(self._event(which, raw))
                self._see(which, raw)
            yield Page(tuple(events), cursor_of(self._places), more=True)
            events = []
        if events:
            # The cursor stands: nothing that could be read came with them.
            yield Page(tuple(events), cursor_of(self._places))

    def _event(self, which: str, raw: Raw) -> SourceEvent:
        where = f"{self._name} post {raw['id']}"
        changed = raw["id"] in self._places[which].known
        event = post_event(raw, where, self._settings, answers=self._answered(raw))
        if isinstance(event, Said) and changed:
            # The author may change a new post for a while without another version of it.
            updated = Post.model_validate(raw).updated_at
            return Said(replace(event.message, edited_at=event.message.edited_at or updated), where)
        return event

    def _unreadable(self, raw: object) -> SourceEvent:
        try:
            Post.model_validate(raw)
        except ValidationError as error:
            return broken(raw, f"{self._name} list", error)
        return post_event(raw, f"{self._name} list", self._settings)

    def _wanted(self, which: str, raw: Raw) -> bool:
        categories = self._settings.categories
        return which == "private" or not categories or raw.get("category_id") in categories

    def _see(self, which: str, raw: Raw) -> None:
        now = int(self._clock.now().timestamp())
        self._places[which] = self._places[which].seen(raw, now, self._settings.watch)

    def _answered(self, raw: Raw) -> str:
        """Return the id of the post that one answers: posts name only its number in the topic."""
        number, topic = raw.get("reply_to_post_number"), raw.get("topic_id")
        if not isinstance(number, int) or not isinstance(topic, int):
            return ""
        if (topic, number) not in self._numbers and self._lookups < _LOOKUPS:
            self._lookups += 1
            try:
                found = self._client.get(f"posts/by_number/{topic}/{number}.json")
            except (Missing, Forbidden):
                found = None
            self._numbers[topic, number] = str(found.get("id") or "") if isinstance(found, dict) else ""
        return self._numbers.get((topic, number), "")

    def _miss(self, which: str, newest: list[Any]) -> None:
        """Note known posts that are not among the newest any more though older ones are."""
        ids = {raw["id"] for raw in readable(newest)}
        if ids:
            gone = [id_ for id_ in self._places[which].known if id_ > min(ids) and id_ not in ids]
            self._missing += [(which, id_) for id_ in gone]

    def _again(self) -> list[SourceEvent]:
        """Look again at posts that are missing, then at those that were not looked at for longest."""
        since = self._clock.now().timestamp() - 60 * self._settings.watch_minutes
        watched = [
            (held.looked, which, id_)
            for which, place in self._places.items()
            for id_, held in sorted(place.known.items(), reverse=True)[: self._settings.watch]
            if held.looked <= since and (which, id_) not in self._missing
        ]
        due = [*self._missing, *((which, id_) for _, which, id_ in sorted(watched))]
        return [event for which, id_ in due[: self._settings.looks] for event in self._look(which, id_)]

    def _look(self, which: str, id_: int) -> list[SourceEvent]:
        place = self._places[which]
        try:
            raw = self._client.get(f"posts/{id_}.json")
            raw = marked(raw) if which == "private" else raw
        except (Missing, Forbidden):
            self._places[which] = place.without(id_)
            return [Deleted(NETWORK, str(id_), self._clock.now(), self._settings.host)]
        if not readable([raw]) or raw["id"] != id_:
            return [self._unreadable(raw)]
        changed = place.known[id_].words != words_of(raw)
        events = [self._event(which, self._titled(raw))] if changed and self._wanted(which, raw) else []
        self._see(which, raw)
        return events

    def _titled(self, raw: Raw) -> Raw:
        """Return a post with the title of its topic, which is given in lists alone."""
        if raw.get("post_number") != 1 or raw.get("topic_title"):
            return raw
        try:
            topic = self._client.get(f"t/{raw.get('topic_id')}.json")
        except (Missing, Forbidden):
            return raw
        return {**raw, "topic_title": topic.get("title")} if isinstance(topic, dict) else raw
