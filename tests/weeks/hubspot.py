"""A HubSpot account in the stories: as HubSpot sets it up, or grown over years."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.org import SERVICE_KEY, hostile, plain
from tests.fakes.serving import running
from tests.source_tree import ROOT
from tests.weeks.crm import Standing, alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

    from bridge.clock import Clock
    from tests.fakes.notices import Notice

TARGET = """\
    type: hubspot
    mode: live
    persons: create
    publish: true
    token: ${{HUBSPOT_KEY}}
    base_url: {address}
    time_zone: Europe/Berlin
    pipeline: "{pipeline}"
"""
REGION = "  acme_region: {value: emea, write: create_only}\n"
PRODUCT = "  acme_product: {value: Casebridge, write: create_only}\n"
CHANGES = {
    'hs_pipeline:        {value: "0",': 'hs_pipeline: {value: "7700",',
    '{open: "1", waiting: "2", closed: "4"}, default: "1"': '{open: "7701", waiting: "7702", closed: "7703"}, default: "7701"',
    "  contact:": f"{REGION}{PRODUCT}  contact:",
}
"""What the grown account's admin changes in the mapping of cases: pipeline, stages, a required property, one soon archived."""
WRITING = ("create", "update", "archive", "upsert", "merge")
CREATED = "/tickets/batch/create"


class Vanishing:
    """An app in which an admin archives a property after the first batch of tickets."""

    def __init__(self, app: ASGIApp, fake: Fake) -> None:
        """Stand before ``app``."""
        self._app, self._fake, self._done = app, fake, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        await self._app(scope, receive, send)
        if scope["path"].endswith(CREATED) and not self._done:
            self._done = True
            self._fake.agent.drop_property("tickets", "acme_product")


class HubSpotAccount:
    """One account with the people who work in it."""

    def __init__(self, clock: Clock, *, grown: bool = False) -> None:
        """Open it; ``grown`` is the hostile one, in which a property vanishes while the week is delivered."""
        self.fake, self.grown = Fake(clock, hostile() if grown else plain()), grown
        self.secrets = {"HUBSPOT_KEY": SERVICE_KEY}
        self.calls, self.page = self.fake.calls, 100
        self.takes_doubles = True
        self.vanished = "acme_product" if grown else ""
        app: ASGIApp = self.fake.app
        self._app = Vanishing(app, self.fake) if grown else app

    @contextmanager
    def serving(self, around: Callable[[ASGIApp], ASGIApp] = alone) -> Iterator[str]:
        """Serve it on the loopback."""
        with running(around(self._app)) as address:
            yield address

    def target(self, address: str) -> str:
        """Return the target as the page says it."""
        known = TARGET.format(address=address, pipeline="7700" if self.grown else "0")
        return known + ("    mappings: mappings/hubspot\n" if self.grown else "")

    def adapt(self, folder: Path) -> None:
        """Copy the mappings; choose pipeline and stages, fill what is required, do without a property on notes."""
        if self.grown:
            shutil.copytree(ROOT / "mappings" / "hubspot", folder / "mappings" / "hubspot")
            for before, after in CHANGES.items():
                _change(folder, "case", before, after)
            for name in ("message", "message.communication"):
                _change(folder, name, "key: casebridge_key", "key: ''")

    def adapt_again(self, folder: Path) -> None:
        """Take the archived property out."""
        _change(folder, "case", PRODUCT, "")

    def writes(self) -> list[str]:
        """Return the calls that write."""
        found = (
            call for call in self.calls if call.method in {"PATCH", "PUT", "DELETE"} or call.path.endswith(WRITING)
        )
        return [f"{call.method} {call.path}" for call in found]

    def mailed(self) -> list[Notice]:
        """Return the mail to others than the account's own people."""
        return self.fake.notices.outside("acme.example")

    def cases(self) -> Iterator[Standing]:
        """Yield the tickets that stand."""
        portal = self.fake.portal
        said: dict[str, list[str]] = {}
        for name, text in (
            ("notes", "hs_note_body"),
            ("communications", "hs_communication_body"),
            ("emails", "hs_email_text"),
        ):
            for item in portal.all(name):
                for ticket in portal.linked((name, item.id), "tickets"):
                    said.setdefault(ticket, []).append(item.properties.get(text, ""))
        for item in portal.all("tickets"):
            known = item.properties
            people = portal.linked(("tickets", item.id), "contacts")
            yield Standing(
                id=item.id,
                subject=known.get("subject", ""),
                status=known["hs_pipeline_stage"],
                priority=known.get("hs_ticket_priority", ""),
                owner=known.get("hubspot_owner_id", ""),
                person=people[0] if people else "",
                said=tuple(said.get(item.id, ())),
                answered=known.get("casebridge_answer", ""),
            )

    def people(self) -> dict[str, str]:
        """Return contacts and their addresses."""
        return {item.id: item.properties.get("email", "") for item in self.fake.portal.all("contacts")}

    def pages_of_people(self) -> int:
        """Return how often contacts were listed."""
        return sum(call.method == "GET" and call.path.endswith("/contacts") for call in self.calls)

    def contact(self, name: str, *, mail: str = "", phone: str = "") -> str:
        """Add a contact."""
        first, _, last = name.rpartition(" ")
        given = {"firstname": first, "lastname": last, "email": mail, "phone": phone}
        return self.fake.agent.contact(**{field: value for field, value in given.items() if value})

    def double(self, name: str, *, mail: str, phone: str) -> str:  # noqa: ARG002 - HubSpot takes an address once
        """Add somebody under a number that stands there already."""
        return self.contact(name, phone=phone)

    def received(self, sender: str, subject: str, *texts: str) -> str:
        """Let the inbox make a ticket of the first mail, and put the others there."""
        (person,) = [found for found, mail in self.people().items() if mail == sender]
        place = {"hs_pipeline": "7700", "hs_pipeline_stage": "7701"} if self.grown else {}
        ticket = self.fake.agent.ticket(subject, contact=person, content=texts[0], **place)
        for text in texts:
            self.fake.agent.email(ticket, text, incoming=True)
        return ticket

    def answer(self, case: str, text: str) -> None:
        """Write a note that begins with the agreed word."""
        self.fake.agent.note(case, f"#reply {text}")

    def work(self, case: str) -> None:
        """Take it and change it."""
        agent = self.fake.agent
        agent.take(case)
        # A workflow of the grown account has set the lowest priority by itself.
        stage, priority = ("7702", "HIGH") if self.grown else ("2", "LOW")
        agent.change("tickets", case, hs_pipeline_stage=stage, hs_ticket_priority=priority)

    def merge_people(self, loser: str, winner: str) -> str:
        """Merge; which id is left is HubSpot's choice."""
        return self.fake.agent.merge("contacts", loser, winner)

    def delete_case(self, case: str) -> None:
        """Put it into the bin."""
        self.fake.agent.delete("tickets", case)


def _change(folder: Path, name: str, before: str, after: str) -> None:
    path = folder / "mappings" / "hubspot" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8").partition("\ntests:")[0] + "\n"
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, after), encoding="utf-8")
