"""A Zendesk account in the stories: as Zendesk sets it up, or grown over years; its triggers spare our tag, as the page says."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.zendesk.looking import messages
from adapters.zendesk.texts import read
from tests.fakes.serving import running
from tests.fakes.zendesk.app import Fake
from tests.fakes.zendesk.org import EMAIL, TOKEN, hostile, plain, spared
from tests.source_tree import ROOT
from tests.weeks.crm import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

    from bridge.clock import Clock
    from tests.fakes.notices import Notice

TARGET = """\
    type: zendesk
    mode: live
    persons: create
    publish: true
    url: {address}
    email: {email}
    token: ${{ZENDESK_TOKEN}}
    exports_per_minute: 30
"""
PRODUCT = "custom_fields.4712"
REGION = "  custom_fields.4711: {value: emea, write: create_only}\n"
NAMED = f"  {PRODUCT}: {{value: Casebridge, write: create_only}}\n"
CREATED = ("/tickets", "/tickets/create_many")
WRITING = ("POST", "PUT", "DELETE")


class Vanishing:
    """An app in which an admin takes a field away once the first tickets have come in."""

    def __init__(self, app: ASGIApp, fake: Fake) -> None:
        """Stand before ``app``."""
        self._app, self._fake, self._done = app, fake, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        await self._app(scope, receive, send)
        if not self._done and scope["method"] == "POST" and scope["path"].removesuffix(".json").endswith(CREATED):
            self._done, state = True, self._fake.state
            state.org = replace(state.org, fields=state.org.fields[:1])


def _nothing_around(app: ASGIApp) -> ASGIApp:
    return app


class ZendeskAccount:
    """One account with the people who work in it."""

    def __init__(self, clock: Clock, *, grown: bool = False) -> None:
        """Open it; ``grown`` is the hostile one, in which a field vanishes while the week is delivered."""
        org = replace(spared(hostile() if grown else plain()), export_limit=30, data_imports=not grown)
        self.fake, self.grown = Fake(clock, org), grown
        self.secrets = {"ZENDESK_TOKEN": TOKEN}
        self.calls, self.page = self.fake.calls, org.page
        self.vanished = PRODUCT if grown else ""
        self.takes_doubles = True
        self._app: ASGIApp = Vanishing(self.fake.app, self.fake) if grown else self.fake.app

    @contextmanager
    def serving(self, around: Callable[[ASGIApp], ASGIApp] = _nothing_around) -> Iterator[str]:
        """Serve it on the loopback."""
        with running(around(self._app)) as address:
            yield address

    def target(self, address: str) -> str:
        """Return the target as the page says it."""
        known = TARGET.format(address=address, email=EMAIL)
        return known + ("    mappings: mappings/zendesk\n" if self.grown else "")

    def adapt(self, folder: Path) -> None:
        """Copy the mappings and fill the account's own fields."""
        if self.grown:
            place = folder / "mappings" / "zendesk"
            shutil.copytree(ROOT / "mappings" / "zendesk", place, dirs_exist_ok=True)
            _change(place, "  requester_id:", f"{REGION}{NAMED}  requester_id:")

    def adapt_again(self, folder: Path) -> None:
        """Take the field out that is no more."""
        _change(folder / "mappings" / "zendesk", NAMED, "")

    def writes(self) -> list[str]:
        """Return the calls that write."""
        return [f"{call.method} {call.path}" for call in self.calls if call.method in WRITING]

    def mailed(self) -> list[Notice]:
        """Return the mail to others than the account's own people."""
        return self.fake.notices.outside("acme.example")

    def cases(self) -> Iterator[Standing]:
        """Yield the tickets that stand; what a message was corrected to is what was said."""
        state = self.fake.state
        for ticket in state.tickets.values():
            if ticket["status"] == "deleted":
                continue
            comments = state.comments_of(ticket["id"])[bool(ticket["external_id"]) :]
            latest = {key: rows[-1][1].body for key, rows in messages(comments).items()}
            theirs = [comment["body"] for comment in comments if read(comment["body"]) is None]
            yield Standing(
                id=str(ticket["id"]),
                subject=ticket["subject"],
                status=ticket["status"],
                priority=ticket["priority"] or "",
                owner=str(ticket["assignee_id"] or ""),
                person=str(ticket["requester_id"]),
                said=(*theirs, *latest.values()),
                answered=next((each for each in reversed(theirs) if each.startswith("Your answer")), ""),
            )

    def people(self) -> dict[str, str]:
        """Return end users and their addresses."""
        users = self.fake.state.users.values()
        return {str(user["id"]): user["email"] or "" for user in users if user["active"] and user["role"] == "end-user"}

    def pages_of_people(self) -> int:
        """Return how often users were exported."""
        return sum(call.path.endswith("/incremental/users/cursor") for call in self.calls)

    def contact(self, name: str, *, mail: str = "", phone: str = "") -> str:
        """Add an end user, who has been there since yesterday: exports leave out the latest minute."""
        user = self.fake.agent.user(name, email=mail or None, phone=phone or None)
        self.fake.state.users[int(user)]["generated_timestamp"] -= timedelta(days=1).total_seconds()
        return user

    def double(self, name: str, *, mail: str, phone: str) -> str:  # noqa: ARG002 - Zendesk takes an address once
        """Add somebody under a number that stands there already."""
        return self.contact(name, phone=phone)

    def received(self, sender: str, subject: str, *texts: str) -> str:
        """Let the first mail make a ticket, and the others come in there."""
        (person,) = [found for found, mail in self.people().items() if mail == sender]
        ticket = self.fake.agent.ticket(subject, requester=person, text=texts[0])
        for text in texts[1:]:
            self.fake.agent.incoming(ticket, text)
        return ticket

    def answer(self, case: str, text: str) -> None:
        """Write a public reply."""
        self.fake.agent.comment(case, text, public=True)

    def work(self, case: str) -> None:
        """Take it and change it."""
        self.fake.agent.change(case, assignee_id=self.fake.agent.id, status="pending", priority="low")

    def merge_people(self, loser: str, winner: str) -> str:
        """Merge two users."""
        self.fake.agent.merge_users(loser, winner)
        return winner

    def delete_case(self, case: str) -> None:
        """Put it into the bin."""
        self.fake.agent.delete_ticket(case)


class ZendeskWithoutImports(ZendeskAccount):
    """A large plan's account in which Zendesk Support has not enabled bulk creation of users."""

    def __init__(self, clock: Clock) -> None:
        """Open it."""
        super().__init__(clock)
        self.fake.state.org = replace(self.fake.state.org, data_imports=False, limit=2_500)


def _change(folder: Path, before: str, after: str) -> None:
    path = folder / "case.yaml"
    text = path.read_text(encoding="utf-8").partition("\ntests:")[0] + "\n"
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, after), encoding="utf-8")
