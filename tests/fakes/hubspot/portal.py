"""The state of a pretend account: records, who is unique, what is associated, what happened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TYPE_CHECKING

from tests.fakes.hubspot.definitions import ObjectType, custom, standard
from tests.fakes.hubspot.errors import Declined, invalid
from tests.fakes.hubspot.ids import Numbers
from tests.fakes.hubspot.labels import Label, Labels
from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.clock import Clock
    from bridge.nouns import Json
    from tests.fakes.hubspot.org import Org, Pipeline
    from tests.fakes.notices import Notices

Name = tuple[str, str]
"""A record: object and id."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: an integration, an agent in the browser, or an automation."""

    source: str
    id: str
    user: int | None = None


AUTOMATION = "AUTOMATION_PLATFORM"
INTEGRATION = "INTEGRATION"
BROWSER = "CRM_UI"


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a property had."""

    value: str
    at: datetime
    actor: Actor


@dataclass(slots=True, kw_only=True)
class Item:
    """A record. ``history`` holds every value, newest first; ``indexed`` what search will show from when on."""

    object: str
    id: str
    created_at: datetime
    updated_at: datetime
    properties: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Value]] = field(default_factory=dict)
    archived_at: datetime | None = None
    indexed: list[tuple[datetime, dict[str, str] | None]] = field(default_factory=list)
    emails: set[str] = field(default_factory=set)
    """Further e-mails of a contact, which are ids of it too."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that webhooks and the journal tell."""

    type: str
    object_id: str
    at: datetime
    source: str
    more: dict[str, Json]


class Portal:
    """The account. Callers hold ``lock``."""

    def __init__(self, clock: Clock, org: Org, notices: Notices) -> None:
        """Set up an account without records."""
        self.clock, self.org, self.notices, self.lock = clock, org, notices, RLock()
        self.types = {found.name: found for found in _types(org)}
        self.items: dict[str, dict[str, Item]] = {name: {} for name in self.types}
        self.unique: dict[tuple[str, str, str], str] = {}
        self.redirects: dict[Name, str] = {}
        self.links: dict[Name, dict[Name, set[Label]]] = defaultdict(dict)
        self.locks: dict[Name, datetime] = {}
        self.pipelines: dict[str, Pipeline] = {found.id: found for found in org.pipelines}
        self.owners = {found.id: found for found in org.owners}
        self.happenings: list[Happening] = []
        self.enrolled: set[tuple[str, str]] = set()
        self.blocked_emails: set[str] = set()
        self.marketing_attempts: list[str] = []
        self.files: dict[str, dict[str, Json]] = {}
        self.contents: dict[str, str] = {}
        """What files hold, by id."""
        self.number, self.labels = Numbers(), Labels()

    def type(self, name: str) -> ObjectType:
        """Return the object of any of its names; raises ``Declined``."""
        for found in self.types.values():
            if name.casefold() in found.names:
                return found
        raise invalid(f"Unable to infer object type from: {name}")

    def standing(self, object_name: str, item_id: str) -> Item | None:
        """Return a record that is there, following merges."""
        found = self.items[object_name].get(self.survivor(object_name, item_id))
        return found if found and found.archived_at is None else None

    def survivor(self, object_name: str, item_id: str) -> str:
        """Return the id that a merged record has now."""
        while (object_name, item_id) in self.redirects:
            item_id = self.redirects[object_name, item_id]
        return item_id

    def holder(self, object_name: str, name: str, value: str) -> Item | None:
        """Return the record whose unique property has the value, in any case."""
        found = self.unique.get((object_name, name, value.casefold()))
        return self.standing(object_name, found) if found else None

    def all(self, object_name: str) -> list[Item]:
        """Return every standing record of an object, in the order of their ids."""
        return [found for found in self.items[object_name].values() if found.archived_at is None]

    def put(self, item: Item, values: dict[str, str], actor: Actor) -> None:
        """Store checked values, keep what they were, and tell search and webhooks; an empty value clears."""
        now = self.clock.now()
        kind = self.types[item.object]
        changed = {name: value for name, value in values.items() if item.properties.get(name, "") != value}
        self._forget_unique(item, changed)
        stamps = {kind.modified: iso(now), "hs_updated_by_user_id": str(actor.user or "")} if changed else {}
        for name, value in {**changed, **stamps}.items():
            item.history.setdefault(name, []).insert(0, Value(value, now, actor))
            item.properties[name] = value
        for name, value in changed.items():
            if kind.properties[name].unique and value:
                self.unique[item.object, name, value.casefold()] = item.id
        if changed:
            item.updated_at = now
            self.index(item)

    def index(self, item: Item) -> None:
        """Let search see the record as it is now, after its lag."""
        shown = None if item.archived_at else dict(item.properties)
        item.indexed.append((self.clock.now() + self.org.index_lag, shown))

    def forget(self, item: Item) -> None:
        """Give up everything unique of a record."""
        self._forget_unique(item, dict.fromkeys(item.properties, ""))
        for email in item.emails:
            self.unique.pop((item.object, "email", email.casefold()), None)

    def tell(self, what: str, item: Item, actor: Actor, **more: Json) -> None:
        """Note what webhooks tell: ``what`` follows the object's name, as in ``ticket.creation``."""
        name = f"{self.types[item.object].singular}.{what}"
        self.happenings.append(Happening(name, item.id, self.clock.now(), actor.source, more))

    def check_lock(self, object_name: str, item_id: str) -> None:
        """Refuse a write to a record that somebody holds; raises ``Declined``."""
        until = self.locks.get((object_name, item_id))
        if until and until > self.clock.now():
            raise Declined(423, "LOCKED", f"The record {item_id} is locked. Wait at least 2 seconds.")

    def link(self, one: Name, other: Name, label: Label, back: Label) -> None:
        """Associate two records, both ways."""
        self.links[one].setdefault(other, set()).add(label)
        self.links[other].setdefault(one, set()).add(back)

    def unlink(self, one: Name, other: Name) -> None:
        """Take an association away, both ways."""
        self.links[one].pop(other, None)
        self.links[other].pop(one, None)

    def linked(self, name: Name, object_name: str) -> list[str]:
        """Return the ids of the standing records of an object that a record is associated with."""
        return [other for kind, other in self.links[name] if kind == object_name and self.standing(kind, other)]

    def _forget_unique(self, item: Item, names: dict[str, str]) -> None:
        for name in names:
            old = item.properties.get(name, "")
            if old and self.unique.get((item.object, name, old.casefold())) == item.id:
                del self.unique[item.object, name, old.casefold()]


def _types(org: Org) -> list[ObjectType]:
    """Return the objects with what the account added to them."""
    found = standard()
    for number, (name, properties) in enumerate(org.custom_objects.items(), 130_001):
        found.append(custom(name, number, org.portal_id, properties))
    for kind in found:
        added = org.custom_properties.get(kind.name, ())
        kind.properties |= {one.name: replace(one, label=one.label or one.name, group=kind.group) for one in added}
        kind.required += org.required.get(kind.name, ())
    return found
