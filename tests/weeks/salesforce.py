"""A Salesforce org in the stories: friendly, or one that has had many admins."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.salesforce.people import BULK_PAGE
from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.org import hostile, plain
from tests.fakes.serving import running
from tests.source_tree import ROOT
from tests.weeks.crm import Standing, alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bridge.clock import Clock
    from tests.fakes.notices import Notice

TARGET = """\
    type: salesforce
    mode: live
    persons: create
    publish: true
    url: {address}
    consumer_key: {key}
    consumer_secret: ${{SALESFORCE_SECRET}}
    case_owner: {queue}
    record_owner: {user}
"""
ASKED_FOR = (
    "  Region__c: {value: North, write: create_only}\n  Casebridge_Hint__c: {value: Casebridge, write: create_only}\n"
)
"""What the hostile org's admin adds to the mapping of cases: a required field, and one that is soon deleted."""
HINT_GOES_AT = 130
"""The write before which an admin deletes the hint's field: in the midst of the week's cases."""


class Watched:
    """An app whose calls that write are noted: a composite call is one if any of its parts is."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app
        self.writes: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the whole call, note it, and hand it on."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), bool(message.get("more_body"))

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        self.writes += _writing(scope["method"], scope["path"].partition("/v66.0/")[2], body)
        await self._app(scope, again, send)


def _writing(method: str, path: str, body: bytes) -> list[str]:
    if method == "GET" or not path or path.startswith("jobs/query"):
        return []
    if path == "composite":
        parts = json.loads(body)["compositeRequest"]
        return [f"{part['method']} {part['url']}" for part in parts if part["method"] != "GET"]
    return [f"{method} {path}"]


class SalesforceOrg:
    """One org with the people who work in it."""

    def __init__(self, clock: Clock, *, grown: bool = False) -> None:
        """Open it; ``grown`` is the hostile one, in which a field vanishes while the week is delivered."""
        org = hostile() if grown else plain()
        org.trouble = replace(org.trouble, vanishing={HINT_GOES_AT: ("Case", "Casebridge_Hint__c")} if grown else {})
        org.bulk_waits = org.bulk_takes = timedelta()
        self.fake, self.grown = Fake(clock, org), grown
        self.secrets = {"SALESFORCE_SECRET": org.client.secret}
        self.calls, self.page = self.fake.calls, BULK_PAGE
        self.takes_doubles = not grown
        self.vanished = "Casebridge_Hint__c" if grown else ""
        self._watched = Watched(self.fake.app)

    @contextmanager
    def serving(self, around: Callable[[ASGIApp], ASGIApp] = alone) -> Iterator[str]:
        """Serve it on the loopback."""
        with running(around(self._watched)) as address:
            yield address

    def target(self, address: str) -> str:
        """Return the target as the page says it, with ids of this org."""
        names, key = self.fake.world.names, self.fake.org.client.key
        known = TARGET.format(address=address, key=key, queue=names["Support"], user=names["Ada Amsel"])
        return known + ("    mappings: mappings/salesforce\n" if self.grown else "")

    def adapt(self, folder: Path) -> None:
        """Copy the mappings and fill what the org requires, as the page says."""
        if self.grown:
            shutil.copytree(ROOT / "mappings" / "salesforce", folder / "mappings" / "salesforce")
            _change(folder, "  SuppliedName:", f"{ASKED_FOR}  SuppliedName:")

    def adapt_again(self, folder: Path) -> None:
        """Take the deleted field out."""
        _change(folder, ASKED_FOR.splitlines()[1] + "\n", "")

    def writes(self) -> list[str]:
        """Return the calls that write."""
        return self._watched.writes

    def mailed(self) -> list[Notice]:
        """Return the mail to others than the org's own people."""
        return self.fake.notices.outside("pretend.example")

    def cases(self) -> Iterator[Standing]:
        """Yield the cases that stand."""
        said: dict[str, list[str]] = {}
        for name, parent, text in (
            ("Casebridge_Message__c", "Case__c", "Text__c"),
            ("EmailMessage", "ParentId", "TextBody"),
        ):
            for row in self.fake.rows(name):
                said.setdefault(row[parent], []).append(row[text] or "")
        for row in self.fake.rows("Case"):
            yield Standing(
                id=row["Id"],
                subject=row["Subject"] or "",
                status=row["Status"],
                priority=row["Priority"] or "",
                owner=row["OwnerId"],
                person=row["ContactId"] or "",
                said=tuple(said.get(row["Id"], ())),
                answered=row["Casebridge_Answer__c"] or "",
            )

    def people(self) -> dict[str, str]:
        """Return contacts and their addresses."""
        return {row["Id"]: row["Email"] or "" for row in self.fake.rows("Contact")}

    def pages_of_people(self) -> int:
        """Return how often results of the bulk query were fetched."""
        return sum(call.path.endswith("/results") and "/jobs/query/" in call.path for call in self.calls)

    def contact(self, name: str, *, mail: str = "", phone: str = "") -> str:
        """Add a contact."""
        first, _, last = name.rpartition(" ")
        given = {"FirstName": first, "LastName": last, "Email": mail, "MobilePhone": phone}
        return self.fake.agent().create("Contact", **{field: value for field, value in given.items() if value})

    def double(self, name: str, *, mail: str, phone: str) -> str:  # noqa: ARG002 - the address is what they share
        """Add somebody under an address that stands there already."""
        return self.contact(name, mail=mail)

    def received(self, sender: str, subject: str, *texts: str) -> str:
        """Let Email-to-Case make a case of the first mail, and put the others there."""
        case, filled = "", {"Region__c": "South"} if self.grown else {}
        for text in texts:
            case = self.fake.receive_mail(sender, subject, text, case=case, **filled)
        return case

    def answer(self, case: str, text: str) -> None:
        """Comment in public, or, where a flow would mail each such comment, post to the feed."""
        agent = self.fake.agent()
        if self.grown:
            agent.post(case, text, public=True)
        else:
            agent.answer(case, text)

    def work(self, case: str) -> None:
        """Take it and change it."""
        agent = self.fake.agent()
        agent.take(case)
        agent.change(case, Status="Working", Priority="Low")

    def merge_people(self, loser: str, winner: str) -> str:
        """Merge; the winner is left."""
        self.fake.agent().merge(winner, loser)
        return winner

    def delete_case(self, case: str) -> None:
        """Put it into the recycle bin."""
        self.fake.agent().delete(case)


def _change(folder: Path, before: str, after: str) -> None:
    case = folder / "mappings" / "salesforce" / "case.yaml"
    text = case.read_text(encoding="utf-8").partition("\ntests:")[0] + "\n"
    assert text.count(before) == 1, before
    case.write_text(text.replace(before, after), encoding="utf-8")
