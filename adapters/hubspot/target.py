"""HubSpot as a target: contacts, tickets, notes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from adapters.hubspot import (
    activity,
    amending,
    attaching,
    channel,
    checking,
    foreign,
    mailed,
    people,
    preparing,
    writing,
)
from adapters.hubspot.account import Account
from adapters.hubspot.client import Client
from adapters.hubspot.hands import Hands
from adapters.hubspot.limits import BATCH
from adapters.hubspot.names import CHANNEL, COMMUNICATIONS, CONTACTS, NOTES, TICKETS
from adapters.hubspot.settings import HubSpotSettings
from bridge.contracts import Idempotency, Strategy, Target
from bridge.errors import ConfigError, Refused
from bridge.nouns import Found, Presence, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pydantic import BaseModel
    from urllib3 import PoolManager

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
        Step,
    )

SETTLED = timedelta(seconds=90)
"""A call that we gave up after 30 s may still be worked on by HubSpot; look-ups by key themselves do not lag."""
_BY_KEY = Idempotency(Strategy.UPSERT_BY_KEY, settle_after=SETTLED)


class HubSpotTarget(Target):
    """Delivers contacts, tickets and notes or communications, 100 a call. The timeline shows messages by their own time."""

    settings_model = HubSpotSettings
    idempotency: ClassVar[Mapping[str, Idempotency]] = {
        **dict.fromkeys((CONTACTS, TICKETS, NOTES, COMMUNICATIONS), _BY_KEY),
        CHANNEL: Idempotency(Strategy.VENDOR_HEADER, settle_after=SETTLED),
        "*": _BY_KEY,
    }
    publish_gesture = "Write a note on the ticket that begins with #reply (setting answer_prefix), or answer in the thread of our channel."
    live_by_nature = True
    ordered_batches = True

    def __init__(self, account: Account) -> None:
        """Write into one account."""
        self._account = account
        self.name = account.surroundings.name

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> HubSpotTarget:
        """Return a target; opens nothing."""
        return cls.through(settings, surroundings, None)

    @classmethod
    def through(cls, settings: BaseModel, surroundings: Surroundings, connections: PoolManager | None) -> HubSpotTarget:
        """Return a target that calls over these connections."""
        if not isinstance(settings, HubSpotSettings):
            message = f"The hubspot target takes HubSpotSettings, not {type(settings).__name__}."
            raise ConfigError(message)
        client = Client(settings, surroundings, connections)
        return cls(Account.of(client, settings, surroundings))

    def check(self) -> nouns.Account:
        """Look at credentials, scopes, properties, pipelines, workflows that mail, the clock and the budget."""
        return checking.check(self._account)

    def close(self) -> None:
        """Close the connections."""
        self._account.client.close()

    def agent(self) -> Hands:
        """Lend an agent's hands."""
        return Hands(self._account)

    def mailed(self, case_ref: str) -> list[str]:
        """Return what HubSpot mailed to the contact of a ticket by itself."""
        return mailed.mailed(self._account, case_ref)

    def schema(self, object_name: str) -> ObjectSchema:
        """Describe an object by its properties in this account."""
        return self._account.schemas.complete(object_name)

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:
        """Create the unique properties for our key."""
        return preparing.prepare(self._account, wanted, dry_run=dry_run)

    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield contacts: all at first, later what changed, merged or went."""
        return people.pages(self._account, after)

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield tickets that we did not make."""
        return foreign.pages(self._account, after)

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Create what has no ref, update what has one."""
        if len(records) > BATCH:
            message = f"HubSpot takes {BATCH} records at once, not {len(records)}; nothing was written."
            raise Refused(message)
        return writing.write(self._account, object_name, records) if records else []

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Refuse: nothing is settled later here."""
        return [Refusal(f"HubSpot has no job {job}", code="not_found") for job in jobs]

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Look up by the unique property (or by marks in texts), the recycle bin included."""
        found = self._found(object_name, keys)
        unsure = self._account.surroundings.clock.now() < not_before + SETTLED
        missing = Found(Presence.UNSURE if unsure else Presence.ABSENT)
        return {key: found.get(key, missing) for key in keys}

    def _found(self, object_name: str, keys: Mapping[str, str]) -> dict[str, Found]:
        if object_name == CHANNEL:
            return channel.find(self._account, keys)
        finder, key_field = self._account.finder, self._account.key_field(object_name)
        return finder.by_key(object_name, key_field, keys) if key_field else finder.marked(object_name, keys)

    def keys(self, object_name: str) -> Iterator[str]:
        """Yield the keys of all records that stand, by listing them."""
        if object_name == CHANNEL:
            return channel.keys(self._account)
        return self._account.finder.keys(object_name, self._account.key_field(object_name))

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Link, tag, note, reopen, redact, withdraw."""
        return amending.amend(self._account, amendments)

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield what happened to tickets, with some overlap."""
        return activity.pages(self._account, after)

    def attachment(self, url: str) -> bytes | None:
        """Return a file of an agent's note or mail."""
        return attaching.content(self._account, url)

    def activity_head(self) -> Cursor:
        """Return the cursor for "from now"."""
        return activity.head(self._account)

    def budget(self) -> Budget:
        """Return what HubSpot's latest answers left to us."""
        return self._account.client.usage.budget(self._account.surroundings.clock.now())
