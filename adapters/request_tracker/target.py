"""Request Tracker as a target: users, tickets, comments."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from adapters.request_tracker import activity, amending, checking, contents, foreign, people, preparing, writing
from adapters.request_tracker.hands import Hands
from adapters.request_tracker.names import TICKET, TRANSACTION, USER
from adapters.request_tracker.settings import RequestTrackerSettings
from adapters.request_tracker.tracker import Tracker
from bridge.contracts import Idempotency, Strategy, Target
from bridge.errors import ConfigError, Refused
from bridge.nouns import Budget, Found, Presence, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import httpx
    from pydantic import BaseModel

    from bridge import nouns
    from bridge.contracts import Surroundings
    from bridge.nouns import (
        ActivityPage,
        Amendment,
        CasePage,
        Cursor,
        KeyField,
        ObjectSchema,
        Outcome,
        Page,
        Record,
        Step,
    )

SETTLED = timedelta(seconds=90)
"""A call that we gave up may still be worked on; searches by key read the database and do not lag."""
_READ_BACK = Idempotency(Strategy.READ_BACK, settle_after=SETTLED)


class RequestTrackerTarget(Target):
    """Delivers users, tickets and comments, 20 a call."""

    settings_model = RequestTrackerSettings
    idempotency: ClassVar[Mapping[str, Idempotency]] = {
        USER: Idempotency(Strategy.CALLER_CHOSEN_ID, settle_after=SETTLED),
        TICKET: _READ_BACK,
        TRANSACTION: _READ_BACK,
        "*": _READ_BACK,
    }
    publish_gesture = "Reply to the ticket (Actions > Reply); a comment stays internal."
    live_by_nature = True
    ordered_batches = True

    def __init__(self, tracker: Tracker) -> None:
        """Write into one Request Tracker."""
        self._tracker = tracker
        self.name = tracker.surroundings.name

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> RequestTrackerTarget:
        """Return a target; opens nothing."""
        return cls.through(settings, surroundings, None)

    @classmethod
    def through(
        cls, settings: BaseModel, surroundings: Surroundings, transport: httpx.BaseTransport | None
    ) -> RequestTrackerTarget:
        """Return a target that calls over this transport."""
        if not isinstance(settings, RequestTrackerSettings):
            message = f"The request_tracker target takes RequestTrackerSettings, not {type(settings).__name__}."
            raise ConfigError(message)
        return cls(Tracker.of(settings, surroundings, transport))

    def check(self) -> nouns.Account:
        """Look at token, version, rights, queues, custom fields, statuses and the clock."""
        return checking.check(self._tracker)

    def close(self) -> None:
        """Close the connections."""
        self._tracker.client.close()

    def agent(self) -> Hands:
        """Lend an agent's hands."""
        return Hands(self._tracker)

    def mailed(self, case_ref: str) -> list[str]:
        """Return what scrips mailed of a ticket."""
        return [*self.agent().mailed(case_ref)]

    def schema(self, object_name: str) -> ObjectSchema:
        """Describe User, Ticket or Transaction, with the custom fields of our queues."""
        return self._tracker.schemas.of(object_name)

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:  # noqa: ARG002 - nothing can be created
        """Say which custom fields are missing, and how an administrator creates them."""
        return preparing.prepare(self._tracker, wanted)

    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield users who are no staff."""
        return people.pages(self._tracker, after)

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield tickets that we did not make."""
        return foreign.pages(self._tracker, after)

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Create what has no ref, update what has one."""
        most = self._tracker.settings.batch
        if len(records) > most:
            message = f"Request Tracker is given {most} records at once, not {len(records)}; nothing was written."
            raise Refused(message)
        return writing.write(self._tracker, object_name, records) if records else []

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Refuse: nothing is settled later here."""
        return [Refusal(f"Request Tracker has no job {job}", code="not_found") for job in jobs]

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Look up by custom field or name, deleted and merged ones too."""
        self.schema(object_name)
        found = self._tracker.finder.by_key(object_name, keys)
        unsure = self._tracker.surroundings.clock.now() < not_before + SETTLED
        missing = Found(Presence.UNSURE if unsure else Presence.ABSENT)
        return {key: found.get(key, missing) for key in keys}

    def keys(self, object_name: str) -> Iterator[str]:
        """Yield the keys of all records that stand."""
        self.schema(object_name)
        return self._tracker.finder.keys(object_name)

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Link, tag, note, reopen, redact, withdraw."""
        return amending.amend(self._tracker, amendments)

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield what happened to tickets, with some overlap."""
        return activity.pages(self._tracker, after)

    def attachment(self, url: str) -> bytes | None:
        """Return a file of an agent's reply."""
        return contents.file(self._tracker, url)

    def activity_head(self) -> Cursor:
        """Return the cursor for "from now"."""
        return activity.head(self._tracker)

    def budget(self) -> Budget:
        """Return the batch size; Request Tracker has no other limits."""
        return Budget(batch=self._tracker.settings.batch)
