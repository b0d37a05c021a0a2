"""django-helpdesk as a target: tickets and follow-ups."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from adapters.django_helpdesk import activity, amending, checking, foreign, people, writing
from adapters.django_helpdesk.hands import Hands
from adapters.django_helpdesk.helpdesk import Helpdesk
from adapters.django_helpdesk.names import FOLLOWUP, TICKET
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from bridge.contracts import Idempotency, Strategy, Target
from bridge.errors import ConfigError, Refused
from bridge.nouns import Budget, Found, Presence, Refusal, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import httpx
    from pydantic import BaseModel

    from bridge import nouns
    from bridge.contracts import Surroundings
    from bridge.nouns import ActivityPage, Amendment, CasePage, Cursor, KeyField, ObjectSchema, Outcome, Page, Record

SETTLED = timedelta(seconds=90)
"""A call that we gave up may still be worked on; lists read the database and do not lag."""
_READ_BACK = Idempotency(Strategy.READ_BACK, settle_after=SETTLED)


class DjangoHelpdeskTarget(Target):
    """Delivers tickets and follow-ups, one call each."""

    settings_model = DjangoHelpdeskSettings
    idempotency: ClassVar[Mapping[str, Idempotency]] = {TICKET: _READ_BACK, FOLLOWUP: _READ_BACK, "*": _READ_BACK}
    publish_gesture = "Respond to the ticket with “Is this update public?” ticked; a private update stays internal."
    live_by_nature = True
    ordered_batches = True

    def __init__(self, desk: Helpdesk) -> None:
        """Write into one django-helpdesk."""
        self._desk = desk
        self.name = desk.surroundings.name

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> DjangoHelpdeskTarget:
        """Return a target; opens nothing."""
        return cls.through(settings, surroundings, None)

    @classmethod
    def through(
        cls, settings: BaseModel, surroundings: Surroundings, transport: httpx.BaseTransport | None
    ) -> DjangoHelpdeskTarget:
        """Return a target that calls over this transport."""
        if not isinstance(settings, DjangoHelpdeskSettings):
            message = f"The django_helpdesk target takes DjangoHelpdeskSettings, not {type(settings).__name__}."
            raise ConfigError(message)
        return cls(Helpdesk.of(settings, surroundings, transport))

    @property
    def desk(self) -> Helpdesk:
        """The helpdesk that it writes into."""
        return self._desk

    def check(self) -> nouns.Account:
        """Look at token, rights, custom fields and the clock."""
        return checking.check(self._desk)

    def close(self) -> None:
        """Close the connections."""
        self._desk.client.close()

    def agent(self) -> Hands:
        """Lend an agent's hands."""
        return Hands(self._desk)

    def mailed(self, case_ref: str) -> list[str]:
        """Return what was mailed of a ticket."""
        return [*self.agent().mailed(case_ref)]

    def schema(self, object_name: str) -> ObjectSchema:
        """Describe ticket or followup, with custom fields."""
        return self._desk.schemas.of(object_name)

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:  # noqa: ARG002 - nothing can be created
        """Say which custom field is missing, and how an administrator creates it."""
        return [self._step(each) for each in wanted]

    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield the submitters of tickets that we did not make."""
        return people.pages(self._desk, after)

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield tickets that we did not make."""
        return foreign.pages(self._desk, after)

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Create what has no ref, update what has one."""
        most = self._desk.settings.batch
        if len(records) > most:
            message = f"django-helpdesk is given {most} records at once, not {len(records)}; nothing was written."
            raise Refused(message)
        return writing.write(self._desk, object_name, records) if records else []

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Refuse: nothing is settled later here."""
        return [Refusal(f"django-helpdesk has no job {job}", code="not_found") for job in jobs]

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Look through the list of tickets, or for our marks in the cases' follow-ups."""
        self.schema(object_name)
        finder = self._desk.finder
        found = finder.tickets(keys) if object_name == TICKET else finder.followups(keys)
        unsure = self._desk.surroundings.clock.now() < not_before + SETTLED
        missing = Found(Presence.UNSURE if unsure else Presence.ABSENT)
        return {key: found.get(key, missing) for key in keys}

    def keys(self, object_name: str) -> Iterator[str]:
        """Yield the keys of all records that stand, by listing them."""
        self.schema(object_name)
        return self._desk.finder.keys(object_name)

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Link, tag, note, reopen, redact, withdraw."""
        return amending.amend(self._desk, amendments)

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield what happened to tickets, with some overlap."""
        return activity.pages(self._desk, after)

    def attachment(self, url: str) -> bytes | None:
        """Return a file of an agent's update."""
        return self._desk.client.file(url)

    def activity_head(self) -> Cursor:
        """Return the cursor for "from now"."""
        return activity.head(self._desk)

    def budget(self) -> Budget:
        """Return the batch size; django-helpdesk has no other limits."""
        return Budget(batch=self._desk.settings.batch)

    def _step(self, wanted: KeyField) -> Step:
        if wanted.object == FOLLOWUP:
            return Step("follow-ups carry our key as a mark at their end; nothing is to be created", done=True)
        if wanted.field in self.schema(TICKET).fields:
            return Step(f"{TICKET}.{wanted.field} is there", done=True)
        return Step(f"{TICKET}.{wanted.field} is missing", done=False, manual=checking.by_hand(wanted.field))
