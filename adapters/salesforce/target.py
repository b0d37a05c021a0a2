"""A Salesforce org as a target."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, TypeVar

from adapters.salesforce import activity, amending, bulk, checking, files, foreign, looking, people, preparing, writing
from adapters.salesforce.client import Client, http_session
from adapters.salesforce.errors import Declined
from adapters.salesforce.hands import Hands
from adapters.salesforce.mailed import mailed, workflow_mails
from adapters.salesforce.org import Org
from adapters.salesforce.settings import SalesforceSettings
from adapters.salesforce.wording import refusal
from bridge.contracts import Idempotency, Strategy, Target
from bridge.errors import ConfigError, Refused
from bridge.nouns import Budget, Share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    import requests
    from pydantic import BaseModel

    from bridge.contracts import Surroundings
    from bridge.nouns import (
        Account,
        ActivityPage,
        Amendment,
        CasePage,
        Cursor,
        Found,
        KeyField,
        ObjectSchema,
        Outcome,
        Page,
        Record,
        Step,
    )

T = TypeVar("T")
_UNIQUE = Idempotency(Strategy.UPSERT_BY_KEY, settle_after=timedelta(0))
"""Queries read what is committed, and the unique key stops what a lost call commits later: absent is believed at once."""


class SalesforceTarget(Target):
    """Delivers into one org by REST, and by the Bulk API where that is switched on."""

    settings_model = SalesforceSettings
    idempotency: ClassVar[Mapping[str, Idempotency]] = {"*": _UNIQUE}
    publish_gesture = "Write a case comment with Public ticked, or a post in the case feed that is visible to all."
    live_by_nature = True

    def __init__(
        self,
        settings: SalesforceSettings,
        surroundings: Surroundings,
        sessions: Callable[[str], requests.Session] = http_session,
    ) -> None:
        """``sessions`` makes the HTTP session for an address."""
        self.name = surroundings.name
        client = Client(settings, surroundings.clock, sessions, surroundings.meter)
        self._org = Org(client, surroundings.objects)
        self._mails_before = 0

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> SalesforceTarget:
        """Return a target; opens nothing."""
        if not isinstance(settings, SalesforceSettings):
            message = f"The Salesforce target takes SalesforceSettings, not {type(settings).__name__}."
            raise ConfigError(message)
        return cls(settings, surroundings)

    def agent(self) -> Hands:
        """Lend an agent's hands, and note how many mails the org had sent by itself before they do anything."""
        self._mails_before = workflow_mails(self._org)
        return Hands(self._org)

    def mailed(self, case_ref: str) -> list[str]:
        """Return what the org has mailed by itself since the hands were lent, as far as it tells."""
        return mailed(self._org, case_ref, self._mails_before)

    def check(self) -> Account:
        """Try everything that deliveries need; what cannot be asked is said."""
        return checking.check(self._org)

    def close(self) -> None:
        """Close the connections."""
        self._org.client.close()

    def schema(self, object_name: str) -> ObjectSchema:
        """Describe an object as the integration user sees it."""
        return self._org.schema(object_name)

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:
        """Create missing key fields; the object of messages and the permission set are deployed by hand."""
        return preparing.prepare(self._org, wanted, dry_run=dry_run)

    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield contacts or person accounts."""
        return self._reading(Share.READ, people.pages(self._org, after, self.name))

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield cases that do not carry our key."""
        return self._reading(Share.READ, foreign.pages(self._org, after, self.name))

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Write a batch; a first delivery is an insert under the unique key, an update goes by id."""
        if len(records) > self._org.settings.batch:
            message = f"{self.name} takes {self._org.settings.batch} records at once; nothing was written."
            raise Refused(message)
        self._org.key_field(object_name)
        if not records:
            return []
        with self._out_of(Share.DELIVER, object_name):
            return writing.write(self._org, records)

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Ask the Bulk API what became of rows."""
        with self._out_of(Share.DELIVER, "The job"):
            return bulk.settle(self._org, jobs)

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:  # noqa: ARG002 - see _UNIQUE
        """Look keys up in the unique field."""
        with self._out_of(Share.DELIVER, object_name):
            return looking.find(self._org, object_name, list(keys))

    def keys(self, object_name: str) -> Iterator[str]:
        """Yield our keys of all records that stand, or stand merged into another."""
        return self._reading(Share.READ, looking.keys(self._org, object_name))

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Do one-shot changes, changes of fields together."""
        with self._out_of(Share.ANSWER, "The record"):
            return amending.amend(self._org, amendments)

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield answers and events."""
        return self._reading(Share.ANSWER, activity.pages(self._org, after, self.name))

    def attachment(self, url: str) -> bytes | None:
        """Return a file of what an agent said."""
        with self._org.client.out_of(Share.ANSWER):
            return files.content(self._org, url)

    def activity_head(self) -> Cursor:
        """Return the cursor for "from now"."""
        return activity.head(self._org)

    def budget(self) -> Budget:
        """Return what deliveries may still use of the org's daily calls; asks once where no answer has told yet."""
        usage = self._org.client.usage
        if not usage.total or (usage.old and usage.left(Share.DELIVER) == 0):
            self._org.client.ask_limits()
        limit = usage.allowance(Share.DELIVER) if usage.total else None
        return Budget(daily_left=usage.left(Share.DELIVER), daily_limit=limit, batch=self._org.settings.batch)

    @contextmanager
    def _out_of(self, share: Share, what: str) -> Iterator[None]:
        """Call out of a share; what Salesforce declines as a whole is a matter of how the org is set up."""
        try:
            with self._org.client.out_of(share):
                yield
        except Declined as error:
            raise ConfigError(f"{refusal(error.faults[0], what).reason} (Salesforce: {error})") from error

    def _reading(self, share: Share, pages: Iterator[T]) -> Iterator[T]:
        """Yield pages, each read out of ``share``; what is done between two of them is not."""
        while True:
            with self._out_of(share, "The object"):
                page = next(pages, None)
            if page is None:
                return
            yield page
