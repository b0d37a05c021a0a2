"""One django-helpdesk as everything else here sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.django_helpdesk.client import Client
from adapters.django_helpdesk.looking import Finder
from adapters.django_helpdesk.names import KEY, TICKET
from adapters.django_helpdesk.schema import Schemas
from adapters.django_helpdesk.texts import change_of, mark_of
from bridge.nouns import Actor

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from adapters.django_helpdesk.client import Row
    from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
    from bridge.contracts import Surroundings


@dataclass(slots=True)
class Helpdesk:
    """Settings, client, and what was read through it."""

    client: Client
    settings: DjangoHelpdeskSettings
    surroundings: Surroundings
    schemas: Schemas
    finder: Finder
    listed: datetime | None = None
    """When all tickets were listed last, to notice deletions."""

    @classmethod
    def of(
        cls, settings: DjangoHelpdeskSettings, surroundings: Surroundings, transport: httpx.BaseTransport | None
    ) -> Helpdesk:
        """Connect; opens nothing."""
        client = Client(settings, surroundings.clock, transport)
        told = (each for fields in surroundings.objects.values() for each in fields if each.object == TICKET)
        key_field = next((each.field for each in told if each.field), KEY)
        return cls(client, settings, surroundings, Schemas(client), Finder(client, key_field))

    def actor(self, followup: Row) -> Actor:
        """Tell who wrote a follow-up: without a user it came from a customer, by mail or by the public pages."""
        user = followup.get("user")
        if mark_of(followup["comment"]) or change_of(followup["comment"]):
            return Actor.US
        if user is None:
            return Actor.CUSTOMER
        return Actor.AUTOMATION if user in self.settings.automations else Actor.AGENT

    def status(self, number: int) -> str:
        """Return our word for a status."""
        return "open" if number in self.settings.open else "closed"

    def url(self, ref: str) -> str:
        """Return where a person sees a ticket."""
        return f"{self.settings.base_url}/tickets/{ref}/"
