"""Zendesk Support as a target: end users, tickets, internal comments."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from adapters.zendesk import activity, amending, checking, foreign, hands, people, settling, standing, writing
from adapters.zendesk.account import Account
from adapters.zendesk.client import Client
from adapters.zendesk.limits import BATCH
from adapters.zendesk.names import COMMENTS, KEY, TICKETS, USERS
from adapters.zendesk.settings import ZendeskSettings
from bridge.contracts import Idempotency, Strategy, Target
from bridge.errors import ConfigError, Refused
from bridge.nouns import Found, Presence, Step

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
        Budget,
        CasePage,
        Cursor,
        KeyField,
        ObjectSchema,
        Outcome,
        Page,
        Record,
    )
    from bridge.signing_in import Person

SETTLED = timedelta(minutes=5)
"""A job whose answer got lost may wait in Zendesk's queue and be done minutes later; look-ups themselves do not lag."""


class ZendeskTarget(Target):
    """Delivers users, tickets and comments, as jobs of a hundred or one by one."""

    settings_model = ZendeskSettings
    idempotency: ClassVar[Mapping[str, Idempotency]] = {
        USERS: Idempotency(Strategy.UPSERT_BY_KEY, settle_after=SETTLED),
        TICKETS: Idempotency(Strategy.VENDOR_HEADER, settle_after=SETTLED),
        COMMENTS: Idempotency(Strategy.READ_BACK, settle_after=SETTLED),
        "*": Idempotency(Strategy.READ_BACK, settle_after=SETTLED),
    }
    publish_gesture = "Write a public reply on the ticket; internal notes stay internal."
    live_by_nature = True
    ordered_batches = True

    def __init__(self, account: Account) -> None:
        """Write into one account."""
        self._account = account
        self.past_after = timedelta(days=account.settings.history_days)
        self.name = account.surroundings.name

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> ZendeskTarget:
        """Return a target; opens nothing."""
        return cls.through(settings, surroundings, None)

    @classmethod
    def through(
        cls, settings: BaseModel, surroundings: Surroundings, transport: httpx.BaseTransport | None
    ) -> ZendeskTarget:
        """Return a target that calls by this transport."""
        if not isinstance(settings, ZendeskSettings):
            message = f"The zendesk target takes ZendeskSettings, not {type(settings).__name__}."
            raise ConfigError(message)
        return cls(Account.of(Client(settings, surroundings, transport), settings, surroundings))

    def sign_in(self, person: Person) -> None:
        """Sign in with a person's help; raises ``AuthError``."""
        self._account.client.sign_in(person)

    def check(self) -> nouns.Account:
        """Look at credentials, rights, triggers that mail, required fields, limits and the clock."""
        return checking.check(self._account)

    def close(self) -> None:
        """Close the connections."""
        self._account.client.close()

    def agent(self) -> hands.Hands:
        """Lend an agent's hands."""
        return hands.Hands(self._account)

    def mailed(self, case_ref: str) -> list[str]:
        """Return what Zendesk mailed about a ticket by itself."""
        return hands.mailed(self._account, case_ref)

    def schema(self, object_name: str) -> ObjectSchema:
        """Describe an object with the account's own fields."""
        return self._account.schemas.of(object_name)

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:
        """Create nothing: users and tickets have an external id by nature, comments carry our key in their text."""
        del dry_run
        return [_step(each) for each in wanted]

    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield end users: all at first, later what changed, merged or went."""
        return people.pages(self._account, after)

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield tickets that we did not make."""
        return foreign.pages(self._account, after)

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Create what has no ref, update what has one."""
        if len(records) > BATCH:
            message = f"Zendesk takes {BATCH} records at once, not {len(records)}; nothing was written."
            raise Refused(message)
        return writing.write(self._account, object_name, records) if records else []

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Ask for all jobs in one call."""
        return settling.settle(self._account, jobs)

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Look up by external id, or by marks in a ticket's comments."""
        found = self._account.finder.find(object_name, keys, not_before)
        unsure = self._account.surroundings.clock.now() < not_before + SETTLED
        missing = Found(Presence.UNSURE if unsure else Presence.ABSENT)
        return {key: found.get(key, missing) for key in keys}

    def keys(self, object_name: str) -> Iterator[str]:
        """Yield the keys of all records that stand, by the exports."""
        return standing.keys(self._account, object_name)

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Link, tag, note, reopen, redact, withdraw."""
        return amending.amend(self._account, amendments)

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield what happened to tickets, with some overlap."""
        return activity.pages(self._account, after)

    def attachment(self, url: str) -> bytes | None:
        """Return a file of an agent's comment."""
        return self._account.client.file(url)

    def activity_head(self) -> Cursor:
        """Return the cursor for "from now"."""
        return activity.head(self._account)

    def budget(self) -> Budget:
        """Return the minute's limit and the size of jobs."""
        return self._account.client.usage.budget()


def _step(wanted: KeyField) -> Step:
    if wanted.object == COMMENTS or not wanted.field:
        text = "comments carry our key as a mark in their text; nothing is to be created"
        return Step(text, done=True)
    if wanted.field != KEY:
        manual = f"Write key: {KEY} in the mapping of {wanted.object}."
        return Step(f"{wanted.object}.{wanted.field} cannot carry our key", done=False, manual=manual)
    return Step(f"{wanted.object}.{KEY} is there by nature", done=True)
