"""The connected tool: its objects, who we are there, and what this process has met."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.http import describing, listing, taking
from adapters.http.answer_model import Means
from adapters.http.answers import Declined
from adapters.http.cursors import EPOCH
from adapters.http.objects import View
from bridge.errors import ConfigError
from bridge.mapping import verbs
from bridge.nouns import Share, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.http.client import Client, Reply
    from adapters.http.manifest import Call
    from adapters.http.settings import HttpSettings
    from bridge.contracts import Surroundings

_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it is there now."""

    ref: str
    row: Any
    etag: str = ""
    deleted: bool = False
    merged_into: str = ""

    @property
    def ended(self) -> bool:
        """Tell whether nothing can be written to it any more."""
        return self.deleted or bool(self.merged_into)


@dataclass(slots=True)
class Memory:
    """Records that this process has written or met: they are known before a lagging search knows them."""

    _refs: OrderedDict[tuple[str, str], tuple[str, str]] = field(default_factory=OrderedDict)

    def add(self, name: str, key: str, ref: str, parent: str) -> None:
        """Note where a key stands."""
        self._refs[name, key] = (ref, parent)
        if len(self._refs) > _KEPT:
            self._refs.popitem(last=False)

    def parent(self, name: str, ref: str) -> str:
        """Return the case in which a record stands, empty for one that was not met."""
        known = ((each, parent) for (of, _), (each, parent) in self._refs.items() if of == name)
        return next((parent for each, parent in known if each == ref), "")

    def get(self, name: str, key: str) -> tuple[str, str]:
        """Return id and case of a key, empty for one that was not met."""
        return self._refs.get((name, key), ("", ""))


@dataclass(slots=True)
class Index:
    """Records by our key, as far as they were scanned."""

    by_key: dict[str, list[Standing]] = field(default_factory=dict)
    until: datetime | None = None

    def put(self, key: str, there: Standing) -> None:
        """Note a record as it is now."""
        if key:
            others = [each for each in self.by_key.get(key, ()) if each.ref != there.ref]
            self.by_key[key] = [*others, there]


class Tool:
    """What all parts of the target share."""

    def __init__(self, client: Client, settings: HttpSettings, surroundings: Surroundings) -> None:
        """Read the manifest's objects in the light of the mappings."""
        self.client, self.settings, self.surroundings = client, settings, surroundings
        self.clock, self.memory = surroundings.clock, Memory()
        keys = {each.object: each.field for several in surroundings.objects.values() for each in several}
        self.views = {
            name: View(name, says, client.loaded, keys.get(name, ""), self._address(name))
            for name, says in client.manifest.objects.items()
        }
        self._me: str | None = None
        self._described: set[str] = set()
        self._scanned: dict[str, Index] = {}

    def view(self, name: str) -> View:
        """Return an object; raises ``ConfigError`` for an unknown one."""
        if name not in self.views:
            message = f"{self.client.manifest.name} has no object {name!r}; its manifest has: {', '.join(self.views)}."
            raise ConfigError(message)
        return self.views[name]

    def described(self, name: str) -> View:
        """Return an object with the fields that the tool lists for it; asked once."""
        if name not in self._described:
            self.views[name] = describing.described(self.client, self.view(name))
            self._described.add(name)
        return self.views[name]

    def of(self, thing: Thing) -> list[View]:
        """Return the objects that take a thing: those that mappings name, else all."""
        mapped = {each.object for each in self.surroundings.objects.get(thing, ())}
        every = [view for view in self.views.values() if view.says.thing is thing]
        return [view for view in every if view.name in mapped] or every

    @property
    def me(self) -> str:
        """Return our own id there, empty where that cannot be known."""
        if self._me is None:
            call, check = self.client.loaded.call("check"), self.client.manifest.check
            self._me = str(self.settings.values.get("me", ""))
            if call is not None and check is not None:
                body = self.client.call(call, {}, share=Share.ANSWER).body
                self._me = self._me or (taking.text(check.me, body) if check.me else "")
        return self._me

    def read(self, view: View, ref: str, parent: str = "", share: Share = Share.DELIVER) -> Standing | None:
        """Return a record, None if it is not there. Raises ``Declined`` for any other answer."""
        call = view.call("read")
        if call is None:
            rows = self.within(view, parent, share) if view.call("within") and parent else iter(())
            row = next((row for row in rows if view.ref(row) == ref), None)
            return None if row is None else self._standing(view, row, "", share)
        try:
            reply = self.client.call(call, {"ref": ref, "parent": parent}, share=share)
        except Declined as declined:
            problem = declined.problem
            if problem.means is Means.ABSENT:
                return None
            if problem.means is Means.DELETED:
                return Standing(ref, None, deleted=True)
            if problem.means is Means.MERGED:
                return Standing(ref, None, merged_into=problem.survivor)
            raise
        row = reply.row(call)
        return None if row is None else self._standing(view, row, reply.etag, share)

    def within(self, view: View, parent: str, share: Share = Share.DELIVER) -> Iterator[Any]:
        """Yield the messages of a case; raises ``Declined`` if there is no such case."""
        call = view.call("within")
        if call is not None:
            for rows in listing.pages(self.client, call, {"parent": parent}, share=share):
                yield from self.whole(view, call, rows, share)

    def whole(self, view: View, call: Call, rows: list[Any], share: Share) -> list[Any]:
        """Return the records of a list that may give their ids alone; what is gone meanwhile is left out."""
        if not call.asks.ids:
            return rows
        read = (self.read(view, verbs.text(row), share=share) for row in rows)
        return [there.row for there in read if there is not None and there.row is not None]

    def changed(
        self, view: View, since: datetime, share: Share = Share.READ, what: str = "changed"
    ) -> Iterator[list[Any]]:
        """Yield pages of what changed since a time; a tool that knows no such filter gives more, which is left out."""
        call = view.call(what)
        if call is None:
            return
        for rows in listing.pages(self.client, call, {}, since=since, share=share):
            fresh = [row for row in self.whole(view, call, rows, share) if _at(view, row, since) >= since]
            if fresh:
                yield fresh
            if call.asks.newest_first and len(fresh) < len(rows):
                return

    def scan(self, view: View) -> Mapping[str, Sequence[Standing]]:
        """Return all records by our key, read once and then kept up to date: for tools that find nothing by a key."""
        index = self._scanned.setdefault(view.name, Index())
        now = self.clock.now()
        back = index.until - timedelta(seconds=self.settings.overlap_seconds) if index.until else EPOCH
        for rows in self.changed(view, back, Share.DELIVER):
            for row in rows:
                there = self.standing(view, row)
                index.put(view.key(row), there)
        index.until = now
        return index.by_key

    def told_of(self, view: View) -> str:
        """Return how people are told what is read: the connection and the object."""
        return f"{self.surroundings.name} {view.name}"

    def standing(self, view: View, row: Any, share: Share = Share.DELIVER) -> Standing:  # noqa: ANN401 - any JSON
        """Return a row of a list as a record."""
        return self._standing(view, row, "", share)

    def _standing(self, view: View, row: Any, etag: str, share: Share) -> Standing:  # noqa: ANN401 - any JSON
        ref, merged = view.ref(row), view.merged_into(row)
        asking = view.call("survivor")
        if merged and asking is not None:
            merged = self._survivor(
                self.client.call(asking, {"ref": ref, "present": row}, share=share), asking.asks.row
            )
        return Standing(ref, row, etag, view.deleted(row), merged)

    def _survivor(self, reply: Reply, path: str) -> str:
        return taking.text(path, reply.body)

    def _address(self, name: str) -> str:
        url = self.client.manifest.objects[name].url.replace("{ref}", "\0")
        for value, text in self.settings.values.items():
            url = url.replace(f"{{values.{value}}}", str(text))
        return url.replace("\0", "{ref}")


def _at(view: View, row: Any, otherwise: datetime) -> datetime:  # noqa: ANN401 - any JSON
    return taking.moment(view.says.reads.at, row) or otherwise
