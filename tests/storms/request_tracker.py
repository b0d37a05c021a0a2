"""A real Request Tracker in a storm: it is killed in the midst of calls, and the wire to it loses some."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.adapters.request_tracker.far_side import FarSide
from tests.fakes.faults import ConnectionCut, Faults, Faulty
from tests.storms.crm import CUSTOMERS, Crm
from tests.storms.story import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from starlette.types import Receive, Scope, Send

    from tests.servers.request_tracker import RequestTracker
    from tests.storms.hurried import Hurried

WEATHER = {
    "429": 0.01,
    "500": 0.01,
    "503": 0.01,
    "401": 0.003,
    "reset_before": 0.02,
    "reset_after": 0.04,
    "killed": 0.015,
}
"""A tenth of all calls, and most of those are lost: it takes several calls to write something."""
CHANGE = "Casebridge Change"
PATIENCE = 60
"""Seconds in which a call that was given up is over at the server, too."""
_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Tracker(Crm):
    """An organisation that takes no long messages and few channels; who has a mail address would be mailed."""

    target: ClassVar[str] = """\
    type: request_tracker
    base_url: {url}
    token: ${STORM_TOKEN}
    user: casebridge
    queues: [Social]
    batch: 10
"""
    mappings: ClassVar[Mapping[str, str]] = {
        "person": """\
object: User
key: Name
fields:
  RealName: {from: [customer.name, customer.number], truncate: 120}
  EmailAddress: {from: [customer.email, customer.name]}
""",
        "case": """\
object: Ticket
key: "CF.{Casebridge Key}"
fields:
  Queue: {value: Social, write: create_only}
  Subject: {from: case.subject, collapse_ws: true, truncate: 200, write: create_only}
  Content: {from: case.summary, write: create_only}
  "CF.{Channel}": {from: case.channel, map: {whatsapp: other, "*": fax}, write: create_only}
  Requestor: {ref: person, omit_if_empty: true, write: create_only}
""",
        "message": f"""\
object: Transaction
key: "CF.{{Casebridge Key}}"
fields:
  Type: {{cel: "size(message.text) > {LONGEST} ? 'Story' : 'Comment'", write: create_only}}
  Content: {{from: message.text}}
""",
    }
    blamed: ClassVar[Mapping[str, str]] = {"person": "EmailAddress", "case": "CF.{Channel}", "message": "Type"}

    def __init__(self, clock: Hurried, seed: int, server: RequestTracker) -> None:
        """Stand before a server that nobody has used yet."""
        self.faults = Faults(seed, WEATHER)
        self.secrets = {"STORM_TOKEN": server.tokens["casebridge"]}
        self.kills = 0
        self._server, self._there = server, FarSide(server)
        self._flying, self._lock = 0, asyncio.Lock()
        self._http = httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, verify=False)  # noqa: S501 - loopback
        words: dict[str, Response] = {
            "401": Response('{"message": "Unauthorized"}', 401),
            "429": PlainTextResponse("Slow down", 429, {"Retry-After": "1"}),
        }
        self._stand_before(clock, Faulty(self._carry, self.faults, words))

    def forward(self, by: timedelta) -> None:
        """Let time pass: whatever a dead program had asked for is over by then, and the server knows the time."""
        until = time.monotonic() + PATIENCE
        while self._flying and time.monotonic() < until:
            time.sleep(0.01)
        assert not self._flying
        super().forward(by)
        self._server.ahead(self.clock.now() - datetime.now(UTC))

    async def _carry(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry a call to the server, which may be killed over it."""
        request = Request(scope, receive)
        body = await request.body()
        self._flying += 1
        try:
            answer = asyncio.ensure_future(self._asked(request, body))
            if request.state.fault == "killed":
                await self._kill_over(answer)
            response = await answer
        except httpx.TransportError as error:
            raise ConnectionCut from error
        finally:
            self._flying -= 1
        headers = {name: value for name, value in response.headers.items() if name not in _HOP}
        await Response(response.content, response.status_code, headers)(scope, receive, send)

    async def _asked(self, request: Request, body: bytes) -> httpx.Response:
        wanted = ("authorization", "accept", "content-type", "if-match")
        headers = {name: request.headers[name] for name in wanted if name in request.headers}
        path = f"{request.url.path}?{request.url.query}"
        return await self._http.request(request.method, path, content=body, headers=headers)

    async def _kill_over(self, call: asyncio.Future[httpx.Response]) -> None:
        """Kill the server while it works on a call, or soon after; start it anew."""
        async with self._lock:
            await asyncio.wait([call], timeout=0.05 * (self.kills % 4))
            await asyncio.to_thread(self._server.stop, signal.SIGKILL)
            self.kills += 1
            await asyncio.to_thread(self._server.start)

    def cases(self) -> Sequence[Sequence[str]]:
        """Return the texts of each ticket as they were written, which is how it shows them, each as it now reads."""
        found: dict[str, list[str]] = {each.ref: [] for each in self._there.tickets() if each.key}
        for message in self._there.messages():
            found[message.parent].append(str(message.fields["Content"]))
        return list(found.values())

    def addresses(self) -> Counter[str]:
        """Return the users' addresses."""
        return Counter(str(user.fields["EmailAddress"]) for user in self._there.users())

    def files(self) -> Counter[str]:
        """Return the names of the files of messages."""
        return Counter(name for message in self._there.messages() for name in message.files)

    def keys(self) -> Counter[str]:
        """Return the keys of users, tickets and messages, and of what was said of edits; nothing of ours is without one."""
        messages = self._there.messages()
        there = (*self._there.users(), *self._there.tickets(), *messages)
        rows = self._server.rows(
            "SELECT ObjectId, Content FROM ObjectCustomFieldValues AS v JOIN CustomFields AS c ON c.id = CustomField WHERE Name = ?",
            CHANGE,
        )
        changes = {str(row["ObjectId"]): str(row["Content"]) for row in rows}
        said = self._server.rows(
            "SELECT id FROM Transactions WHERE ObjectType = 'RT::Ticket' AND Type IN ('Comment', 'Correspond')"
        )
        others = {str(row["id"]) for row in said} - {each.ref for each in messages}
        told = {ref: changes.get(ref) or self._there.mark(ref) for ref in others}
        assert [ref for ref, key in told.items() if not key] == []
        return Counter([*(each.key for each in there), *told.values()])

    def mailed(self) -> Sequence[object]:
        """Return the mails to customers."""
        return [mail for mail in self._server.mails() if CUSTOMERS in str(mail)]

    @property
    def written(self) -> int:
        """Return nothing: no day has a limit here."""
        return 0

    @property
    def used(self) -> int:
        """Return nothing, for the same reason."""
        return 0

    @property
    def share(self) -> int:
        """Return nothing, as no day is shared."""
        return 0

    def neighbour_uses(self, calls: int) -> None:
        """Kill the server between two runs: it has no limits that a neighbour could use up."""
        del calls
        self._server.stop(signal.SIGKILL)
        self.kills += 1
        self._server.start()
