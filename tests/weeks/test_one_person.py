"""One person on three channels is one customer with one timeline and one case; whoever joins her thread is somebody else."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import Exit
from tests.project import ROOT
from tests.servers import shared
from tests.servers.dovecot import PASSWORD
from tests.weeks.networks import BLUESKY, MAIL, ByMail, OnBluesky
from tests.weeks.office import Office
from tests.weeks.tools import TRACKER, Ahead, Tracker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.bluesky import Network

pytestmark = pytest.mark.real

HEAD = """\
organisation: acme
environment: test
triage: triage.yaml
sources:
"""
CALLS = """\
  calls:
    type: file
    path: calls/*.csv
    network: phone
    account: hotline
    defaults: {kind: call}
    mapping:
      id:           {from: Call}
      sent_at:      {from: Began, parse_time: "%d.%m.%Y %H:%M:%S", zone: UTC}
      author.phone: {from: Caller}
      author.name:  {from: Name}
      missed:       {from: Result, map: {missed: true, "*": false}}
      text:         {from: Note}
targets:
  desk: {type: desk, mode: live, persons: create, publish: true, hold_seconds: 0}
  rt:
"""
HANDLES = """\
    hold_seconds: 0
    handles: {bluesky: "CF.{Bluesky}"}
"""
GRETA, PHONE = "Greta Sommer", "+49 151 23456789"
WROTE = "My line has been down since Monday. Please help!"
POSTED = "my line is down again, does nobody come?"
CALLED = "Her line is down; she wants to know when somebody comes."
SAID = (WROTE, POSTED, CALLED)
JOINED = "same here, my line is down, too! Does nobody answer?"


@dataclass(frozen=True, slots=True)
class House:
    """A brand that is reached by mail, on Bluesky and by telephone; its people work in a tracker."""

    office: Office
    tracker: Tracker
    bluesky: Network
    mail: ByMail
    post: OnBluesky
    stranger: OnBluesky

    def sync(self) -> None:
        """Sync as often as answers need to go out."""
        self.bluesky.settle()
        self.office.settle()
        self.office.sync()

    def calls(self, *rows: tuple[str, str, str, str]) -> None:
        """Let the telephone system write its log: what was noted of each call, by number and name."""
        at = self.office.clock.now() + timedelta(minutes=1)
        folder = self.office.folder / "calls"
        folder.mkdir(exist_ok=True)
        with (folder / "monday.csv").open("w", newline="") as file:
            log = csv.writer(file, delimiter=";")
            log.writerow(["Call", "Began", "Caller", "Name", "Result", "Note"])
            log.writerows(
                [call, f"{at:%d.%m.%Y %H:%M:%S}", who, name, "answered", note] for call, who, name, note in rows
            )

    def customers(self) -> list[dict[str, Any]]:
        """Return the customers who have said something, each with the timeline."""
        listed = self.office.ask("customers", "list")
        shown = [self.office.ask("customers", "show", f"P-{each['id']}", "--show-text") for each in listed]
        return [each for each in shown if each["timeline"]]

    def whose(self, handle: str) -> dict[str, Any]:
        """Return the customer with a handle."""
        (found,) = [each for each in self.customers() if handle in str(each["sources"])]
        return found

    def at_desk(self, text: str) -> dict[str, Any]:
        """Return the desk's only case in which something was said."""
        listed = self.office.ask("desk", "list", "--target", "desk")
        cases = [self.office.ask("desk", "show", case["ref"], "--target", "desk") for case in listed]
        (found,) = [case for case in cases if text in str(case["messages"])]
        return found

    def said_in_tracker(self, ticket: str) -> list[str]:
        """Return the comments of a ticket, in order."""
        rows = self.tracker.server.rows(
            "SELECT a.id FROM Attachments a JOIN Transactions t ON t.id = TransactionId WHERE ObjectType = 'RT::Ticket'"
            " AND Type = 'Comment' AND a.ContentType = 'text/plain' AND ObjectId = ? ORDER BY t.id",
            ticket,
        )
        return [self.tracker.server.content(row["id"]) for row in rows]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Connect everything, listen from now on; the tracker knows Greta, with address, number and handle."""
    rt, dovecot, bluesky = shared.request_tracker(), shared.dovecot(), shared.bluesky()
    rt.reset()
    number, brand, greta = dovecot.fresh(), bluesky.person("brand"), bluesky.person("greta")
    address, hers = f"support{number}@acme.example", f"greta{number}@kunde.example"
    known = {"Name": hers, "EmailAddress": hers, "RealName": GRETA, "MobilePhone": PHONE}
    assert rt.call("POST", "user", {**known, "CustomFields": {"Bluesky": f"@{greta.handle}"}}).is_success
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "config" / "starter" / "triage.yaml", folder / "triage.yaml")
    networks = (BLUESKY + MAIL).format(brand=brand, network=bluesky, address=address, dovecot=dovecot)
    project = HEAD + networks + CALLS + TRACKER.format(url=rt.url) + HANDLES
    (folder / "casebridge.yaml").write_text(project)
    secrets = {
        "BLUESKY_PASSWORD": brand.app_password(),
        "MAIL_PASSWORD": PASSWORD,
        "TOOL_TOKEN": rt.tokens["casebridge"],
    }
    office = Office(folder, Ahead(rt), secrets)
    mail = ByMail(dovecot, address, hers, GRETA)
    stranger = OnBluesky(bluesky.person("stranger"), brand)
    house = House(office, Tracker(rt), bluesky, mail, OnBluesky(greta, brand), stranger)
    house.calls()
    bluesky.settle()
    office.run("sync")
    return house


def test_who_writes_posts_and_calls_has_one_timeline_and_one_case_and_a_stranger_in_her_thread_his_own(
    house: House,
) -> None:
    wrote = house.mail.says(WROTE)
    house.sync()
    post = house.post.says(POSTED)
    house.sync()
    house.calls(("7001", "0151 23456789", GRETA, CALLED))
    joined = house.stranger.says(JOINED, above=post)
    house.sync()

    greta, stranger = house.whose(house.post.person.handle), house.whose(house.stranger.person.handle)
    assert len(house.customers()) == 2
    assert [(each["network"], each["author"]) for each in greta["timeline"]] == [
        ("mail", GRETA),
        ("bluesky", house.post.person.handle),
        ("phone", GRETA),
    ]
    assert [each["author"] for each in stranger["timeline"]] == [house.stranger.person.handle]
    (hers,), (his,) = ({line["case"] for line in each["timeline"]} for each in (greta, stranger))
    assert hers != his

    at_desk, her_ticket, his_ticket = house.at_desk(WROTE), house.tracker.holding(WROTE), house.tracker.holding(JOINED)
    assert at_desk["person"]["name"] == GRETA
    in_tracker = house.said_in_tracker(her_ticket)
    for told in (
        [each["text"] for each in at_desk["messages"]],
        in_tracker,
        [each["text"] for each in greta["timeline"]],
    ):
        assert len(told) == len(SAID)
        assert all(text in line for text, line in zip(SAID, told, strict=True))
    assert {*house.tracker.tickets()} == {her_ticket, his_ticket}

    house.tracker.answer(her_ticket, "#via:mail Somebody comes at nine tomorrow.")
    house.tracker.answer(his_ticket, "We look into yours, too.")
    house.sync()
    assert house.mail.sees_below(wrote) == ["Somebody comes at nine tomorrow."]
    assert (house.post.sees_below(post), house.stranger.sees_below(joined)) == ([], ["We look into yours, too."])
    assert house.tracker.server.mails() == []
    for target in ("desk", "rt"):
        house.office.run("verify", target, expect=lambda code: code == Exit.OK)
    house.office.run("ledger", expect=lambda code: code == Exit.OK)
