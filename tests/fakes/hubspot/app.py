"""The pretend HubSpot: ``Fake(clock).app`` is an ASGI app that the real SDK can be pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty
from tests.fakes.hubspot.access import TEN_SECONDLY, Access
from tests.fakes.hubspot.agent import Agent
from tests.fakes.hubspot.asked import House
from tests.fakes.hubspot.door import Door, refusal
from tests.fakes.hubspot.errors import Declined, locked, migrating, rate_limited, troubled
from tests.fakes.hubspot.hooks import webhooks
from tests.fakes.hubspot.inbox import Inbox
from tests.fakes.hubspot.org import Org, plain
from tests.fakes.hubspot.portal import Portal
from tests.fakes.hubspot.transfers import Transfers
from tests.fakes.notices import Notices

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from bridge.clock import Clock
    from tests.fakes.hubspot.hooks import Hook

TROUBLES = {
    "401": Declined(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired 1 second(s) ago."),
    "423": locked(),
    "429": rate_limited(TEN_SECONDLY),
    "429_daily": rate_limited("DAILY"),
    "477": migrating(30),
    "500": troubled(500, "There was a problem with the request."),
    "502": troubled(502, "Bad gateway"),
    "503": troubled(503, "Service unavailable"),
    "524": troubled(524, "A timeout occurred"),
}
"""Kinds of faults that have words of their own; ``partial`` fails each third input of a batch that has trace ids."""


class Fake:
    """A pretend HubSpot account.

    ``agent`` is a person in the browser; ``inbox`` answers in threads; ``access`` revokes keys and lets the neighbour
    use up the day; ``transfers`` are exports and imports that were ordered; ``portal`` is what is stored; ``notices`` the mail that customers and owners would get.
    """

    def __init__(self, clock: Clock, org: Org | None = None) -> None:
        """Set up an account without records, by default ``plain()``."""
        self.org = org or plain()
        self.notices, self.calls, self.faults = Notices(clock), list[Call](), Faults()
        self.portal = Portal(clock, self.org, self.notices)
        self.access, self.inbox = Access(clock, self.org), Inbox(self.portal)
        self.agent = Agent(self.portal)
        self.transfers = Transfers()
        door: ASGIApp = Door(House(self.portal, self.access, self.inbox, self.transfers))
        answers = {kind: refusal(trouble) for kind, trouble in TROUBLES.items()}
        self.app: ASGIApp = Recorded(Faulty(door, self.faults, answers), self.calls)

    def webhooks(self, url: str, *, since: int = 0, attempt: int = 0) -> list[Hook]:
        """Return the signed calls to ``url`` that tell what happened after the first ``since`` events."""
        return webhooks(self.portal, url, since=since, attempt=attempt)
