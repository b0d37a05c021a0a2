"""A pretend HubSpot account with a target connected to it, and records for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from urllib3.exceptions import NewConnectionError, ReadTimeoutError

from adapters.hubspot.settings import HubSpotSettings
from adapters.hubspot.target import HubSpotTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.keys import target_key
from bridge.nouns import KeyField, Record, Thing, Written
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.org import SERVICE_KEY, Org, plain
from tests.fakes.transports import AppPool

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp
    from urllib3 import HTTPResponse

KEY = "casebridge_key"
_TRACE = re.compile(r', "objectWriteTraceId": "[^"]*"')
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OBJECTS = {Thing.PERSON: "contacts", Thing.CASE: "tickets", Thing.MESSAGE: "notes"}
KEYS = {thing: KeyField(name, KEY) for thing, name in OBJECTS.items()}


class Wire(AppPool):
    """Carries calls into the pretend account, or loses one on its way there or back."""

    def __init__(self, app: ASGIApp) -> None:
        """Lose nothing yet."""
        super().__init__(app)
        self.lose = ""
        """What becomes of the next call: ``request`` or ``response`` is lost, or there is ``nobody``."""
        self.untraced = False
        """Take trace ids out of what is sent: then HubSpot refuses batches whole and names nobody."""

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> HTTPResponse:  # type: ignore[override]  # noqa: ANN401, FBT001, FBT002 - the base takes every keyword one by one
        """Make the call, or lose it."""
        lose, self.lose = self.lose, ""
        pool = self.connection_from_url(url)
        if lose == "nobody":
            raise NewConnectionError(pool, "Connection refused")  # type: ignore[arg-type]  # the pool stands for its connection
        if lose == "request":
            raise ReadTimeoutError(pool, url, "Read timed out.")
        if self.untraced and isinstance(options.get("body"), str):
            options["body"] = _TRACE.sub("", options["body"])
        answer = super().urlopen(method, url, redirect, **options)
        if lose == "response":
            raise ReadTimeoutError(pool, url, "Read timed out.")
        return answer


@dataclass(slots=True)
class Place:
    """A pretend account and whoever is connected to it."""

    fake: Fake
    wire: Wire
    target: HubSpotTarget
    clock: FixedClock

    def file_names(self) -> dict[str, str]:
        """Return the names of the account's files by their ids."""
        files = self.fake.portal.files
        return {file: ".".join(filter(None, (one["name"], one["extension"]))) for file, one in files.items()}


def quick(org: Org | None = None) -> Org:
    """Return an account without search lag and without a limit of calls."""
    return replace(org or plain(), index_lag=timedelta(), burst=1_000_000, searches_a_second=1_000_000)


def place(
    folder: Path,
    org: Org | None = None,
    *,
    keys: dict[Thing, KeyField] | None = None,
    prepared: bool = True,
    **settings: Any,  # noqa: ANN401 - values of any setting
) -> Place:
    """Return a connected account, with our properties unless it is to be unprepared."""
    clock = FixedClock(MONDAY)
    fake = Fake(clock, org or quick())
    wire = Wire(fake.app)
    known = {"token": SecretStr(SERVICE_KEY), "deletions_minutes": 0, **settings}
    wanted = KEYS if keys is None else keys
    mapped = {thing: (each,) for thing, each in wanted.items()}
    target = HubSpotTarget.through(HubSpotSettings(**known), Surroundings("hubspot", folder, clock, mapped), wire)
    if prepared:
        steps = target.prepare(list(wanted.values()), dry_run=False)
        assert all(step.done for step in steps), steps
        fake.calls.clear()
    return Place(fake, wire, target, clock)


def key(anchor: str) -> str:
    """Return a key as Casebridge sends it."""
    return target_key("acme", "test", anchor)


def contact(number: int, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a person."""
    given = {"firstname": "Ada", "lastname": f"Kern {number}", "email": f"ada{number}@example.org", **fields}
    return Record(thing=Thing.PERSON, object="contacts", key=key(f"customer:{number}"), key_field=KEY, fields=given)


def ticket(number: int, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a case."""
    given = {"subject": f"Router {number} broken", "hs_pipeline": "0", "hs_pipeline_stage": "1", **fields}
    return Record(thing=Thing.CASE, object="tickets", key=key(f"case:{number}"), key_field=KEY, fields=given)


def note(number: int, parent: str, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a message."""
    given = {"hs_note_body": f"It blinks {number} times.", "hs_timestamp": "2026-03-02T08:00:00Z", **fields}
    return Record(
        thing=Thing.MESSAGE,
        object="notes",
        key=key(f"message:{number}"),
        key_field=KEY,
        fields=given,
        parent=parent,
    )


def refs(target: HubSpotTarget, records: list[Record]) -> list[str]:
    """Write records that must all be taken; return their ids."""
    outcomes = target.write(records[0].object, records)
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.ref for outcome in outcomes if isinstance(outcome, Written)]
