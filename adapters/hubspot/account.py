"""What all parts share: one account of HubSpot, and whatever has been learnt of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.hubspot.associations import Associations
from adapters.hubspot.inbox import Inbox
from adapters.hubspot.looking import Finder, Remembered
from adapters.hubspot.names import KEY, THINGS
from adapters.hubspot.owners import Owners
from adapters.hubspot.schema import Schemas

if TYPE_CHECKING:
    from adapters.hubspot.client import Client
    from adapters.hubspot.settings import HubSpotSettings
    from bridge.contracts import Surroundings
    from bridge.nouns import Thing


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as seen by one connection."""

    client: Client
    settings: HubSpotSettings
    surroundings: Surroundings
    associations: Associations
    finder: Finder
    schemas: Schemas
    inbox: Inbox
    owners: Owners

    @classmethod
    def of(cls, client: Client, settings: HubSpotSettings, surroundings: Surroundings) -> Account:
        """Put the parts together; nothing is asked yet."""
        associations = Associations(client)
        return cls(
            client=client,
            settings=settings,
            surroundings=surroundings,
            associations=associations,
            finder=Finder(client, associations, Remembered(), sure=bool(settings.portal)),
            schemas=Schemas(client, channel=bool(settings.channel)),
            inbox=Inbox(client, settings),
            owners=Owners(client, leave_out=settings.archived_owner == "none"),
        )

    def objects_of(self, thing: Thing) -> tuple[str, ...]:
        """Return the objects that a thing is delivered to."""
        known = self.surroundings.objects.get(thing)
        return tuple(each.object for each in known) if known else (THINGS[thing],)

    def objects(self) -> tuple[str, ...]:
        """Return every object that something is delivered to."""
        mapped = self.surroundings.objects
        named = [each.object for several in mapped.values() for each in several]
        return tuple(dict.fromkeys([*named, *(name for thing, name in THINGS.items() if thing not in mapped)]))

    def key_field(self, name: str) -> str:
        """Return an object's property for our key, empty where it has none."""
        every = (each for several in self.surroundings.objects.values() for each in several)
        return next((each.field for each in every if each.object == name), KEY)
