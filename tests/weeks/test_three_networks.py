"""Three real networks and two desks at once: customers write, agents answer, and everything dies again and again meanwhile."""

from __future__ import annotations

import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import Exit
from tests.project import ROOT, begin, ended
from tests.servers import shared
from tests.servers.dovecot import PASSWORD
from tests.weeks.channel import KILLED, READING, SENDING
from tests.weeks.networks import BLUESKY, MAIL, MASTODON, ByMail, OnBluesky, OnMastodon
from tests.weeks.office import Office
from tests.weeks.tools import TRACKER, Ahead, Tracker

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from tests.servers.bluesky import Network
    from tests.servers.dovecot import Dovecot
    from tests.servers.mastodon import MastodonServer
    from tests.weeks.networks import Customer

pytestmark = pytest.mark.real

HEAD = """\
organisation: acme
environment: test{number}
triage: triage.yaml
sources:
"""
"""The environment is another for each test: the tracker counts from one again, and answers have their keys of its numbers."""
TARGETS = """\
targets:
  desk: {type: desk, mode: live, persons: create, publish: true, hold_seconds: 0}
  rt:
"""


FIRST = "My {} line is down since Monday, why?"
ANSWER = "We repair your {} line today."
SECOND = "Thank you, but {} is still down, when will you come?"


@dataclass(frozen=True, slots=True)
class Deaths:
    """Where the program dies: when customers wrote, when agents answered, when customers wrote again."""

    reading: tuple[str, ...]
    sending: tuple[str, ...]
    again: tuple[str, ...]


LONG = Deaths(READING, SENDING, READING)
SHORT = Deaths(
    ("collect.before_commit", "deliver.after_send"),
    ("publish.after_send", "publish.record.before_commit"),
    ("resolve.customers.before_commit",),
)


@dataclass(frozen=True, slots=True)
class House:
    """The brand: its project, its tracker, its customers."""

    office: Office
    clock: Ahead
    tracker: Tracker
    bluesky: Network
    mastodon: MastodonServer
    dovecot: Dovecot
    customers: tuple[Customer, ...]

    def sync(self, *points: str) -> list[str]:
        """Sync, killed at each point that is reached, every server but one restarted in between; then to the end.

        Returns the points at which it died.
        """
        died = []
        for number, point in enumerate(points):
            self.bluesky.settle()
            clock, secrets = self.clock.alone(), self.office.secrets
            process = begin(self.office.folder, "sync", clock=clock, CRASH_AT=point, **secrets)
            if ended(self.office.folder, process).returncode == KILLED:
                died.append(point)
            self.restart(number)
            self.office.later(minutes=2)
        self.bluesky.settle()
        self.office.settle()
        self.office.sync()
        return died

    def restart(self, number: int) -> None:
        """Kill one server after the other."""
        stops = (
            (self.tracker.server, lambda: self.tracker.server.stop(signal.SIGKILL)),
            (self.mastodon, lambda: self.mastodon.stop(signal.SIGKILL)),
            (self.dovecot, self.dovecot.stop),
        )
        server, stop = stops[number % len(stops)]
        stop()
        server.start()

    def at_desk(self) -> list[dict[str, Any]]:
        """Return the cases of the desk."""
        listed = self.office.ask("desk", "list", "--limit", "100", "--target", "desk")
        return [self.office.ask("desk", "show", case["ref"], "--target", "desk") for case in listed]

    def mailed(self) -> list[EmailMessage]:
        """Return every mail that reached the customer who writes mails."""
        (customer,) = [each for each in self.customers if isinstance(each, ByMail)]
        return self.dovecot.mails(customer.address)

    def holding(self, texts: dict[str, str]) -> dict[str, str]:
        """Return by network the ticket in which a text was said; it was said once there and once at the desk, and that is all."""
        cases = self.at_desk()
        assert len(cases) == len(self.tracker.tickets()) == len(texts)
        for text in texts.values():
            (case,) = [case for case in cases if text in str(case["messages"])]
            assert sum(text in message["text"] for message in case["messages"]) == 1
        return {network: self.tracker.holding(text) for network, text in texts.items()}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Connect everything and listen from now on."""
    rt, dovecot, mastodon, bluesky = shared.request_tracker(), shared.dovecot(), shared.mastodon(), shared.bluesky()
    rt.reset()
    number, brand = dovecot.fresh(), bluesky.person("brand")
    address = f"support{number}@acme.example"
    tracker, clock = Tracker(rt), Ahead(rt)
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "config" / "starter" / "triage.yaml", folder / "triage.yaml")
    networks = (BLUESKY + MAIL + MASTODON).format(
        brand=brand, network=bluesky, address=address, dovecot=dovecot, mastodon=mastodon
    )
    project = HEAD.format(number=number) + networks + TARGETS + TRACKER.format(url=rt.url) + "    hold_seconds: 0\n"
    (folder / "casebridge.yaml").write_text(project)
    secrets = {
        "BLUESKY_PASSWORD": brand.app_password(),
        "MAIL_PASSWORD": PASSWORD,
        "MASTODON_TOKEN": "token-acme",
        "TOOL_TOKEN": rt.tokens["casebridge"],
    }
    office = Office(folder, clock, secrets)
    customers = (
        OnBluesky(bluesky.person("greta"), brand),
        ByMail(dovecot, address, f"anna{number}@kunde.example"),
        OnMastodon(mastodon),
    )
    bluesky.settle()
    office.run("sync")
    return House(office, clock, tracker, bluesky, mastodon, dovecot, customers)


@pytest.mark.parametrize("deaths", [SHORT, pytest.param(LONG, marks=pytest.mark.soak)], ids=["short", "long"])
def test_agents_answer_in_a_tracker_and_customers_see_it_in_their_thread_whatever_dies(
    house: House, deaths: Deaths
) -> None:
    asked = {each.network: each.says(FIRST.format(each.network)) for each in house.customers}
    for each in house.customers:
        each.overhears("We have new opening hours.")
    died = house.sync(*deaths.reading)
    tickets = house.holding({name: FIRST.format(name) for name in asked})
    assert len({*tickets.values()}) == len(asked)

    for name, ticket in tickets.items():
        house.tracker.answer(ticket, ANSWER.format(name))
    died += house.sync(*deaths.sending)
    for each in house.customers:
        (seen,) = each.sees_below(asked[each.network])
        assert ANSWER.format(each.network) in seen

    for each in house.customers:
        each.says(SECOND.format(each.network), above=asked[each.network])
    died += house.sync(*deaths.again)
    assert house.holding({name: SECOND.format(name) for name in asked}) == tickets
    for each in house.customers:
        assert len(each.sees_below(asked[each.network])) == 1
    assert house.tracker.server.mails() == []
    assert len(house.mailed()) == 1
    for target in ("desk", "rt"):
        house.office.run("verify", target, expect=lambda code: code == Exit.OK)
    house.office.run("ledger", expect=lambda code: code == Exit.OK)
    assert died == [*deaths.reading, *deaths.sending, *deaths.again]
