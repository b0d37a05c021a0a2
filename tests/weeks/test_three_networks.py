"""Three real networks and two desks at once: customers write, agents answer, and everything dies again and again meanwhile."""

from __future__ import annotations

import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.adapters.email.offices import mail
from tests.project import ROOT, begin, ended
from tests.servers import shared
from tests.servers.dovecot import PASSWORD
from tests.weeks.channel import KILLED, READING, SENDING
from tests.weeks.office import Office
from tests.weeks.tools import TRACKER, Ahead, Tracker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.bluesky import Network, Somebody
    from tests.servers.dovecot import Dovecot
    from tests.servers.mastodon import MastodonServer

pytestmark = pytest.mark.real

PROJECT = """\
organisation: acme
environment: test
sources:
  bluesky:
    type: bluesky
    handle: {brand.handle}
    app_password: ${{BLUESKY_PASSWORD}}
    appview: {network.appview}
    directory: {network.plc}
    watch_minutes: 0
  mail:
    type: email
    addresses: [{address}]
    password: ${{MAIL_PASSWORD}}
    imap_host: 127.0.0.1
    imap_port: {dovecot.imap_port}
    imap_safety: none
    smtp_host: 127.0.0.1
    smtp_port: {dovecot.smtp_port}
    smtp_safety: none
    smtp_sign_in: false
  mastodon:
    type: mastodon
    base_url: {mastodon.url}
    token: ${{MASTODON_TOKEN}}
targets:
  desk: {{type: desk, mode: live, persons: create, publish: true, hold_seconds: 0}}
  rt:
{tracker}\
    hold_seconds: 0
triage: triage.yaml
"""


class Customer(Protocol):
    """Somebody who writes on one network and reads there what is answered."""

    @property
    def network(self) -> str:
        """Return its name."""
        ...

    def says(self, text: str, *, above: str = "") -> str:
        """Write to the brand, in a thread or a new one; return the id."""
        ...

    def sees_below(self, post: str) -> list[str]:
        """Return what the brand answered to something that was written."""
        ...

    def overhears(self, text: str) -> None:
        """Let the brand say something by itself."""
        ...


@dataclass(frozen=True, slots=True)
class OnBluesky:
    """A customer with a handle."""

    person: Somebody
    brand: Somebody
    network: str = "bluesky"

    def says(self, text: str, *, above: str = "") -> str:
        """Mention the brand."""
        return self.person.says(f"@{self.brand.handle} {text}", to=above, mentions=self.brand)

    def sees_below(self, post: str) -> list[str]:
        """Read the thread."""
        replies = self.person.sees_below(post)
        return [each["record"]["text"] for each in replies if each["author"]["did"] == self.brand.did]

    def overhears(self, text: str) -> None:
        """Read a post."""
        self.brand.says(text)


@dataclass(frozen=True, slots=True)
class ByMail:
    """A customer with a mailbox."""

    server: Dovecot
    brand: str
    address: str
    network: str = "mail"

    def says(self, text: str, *, above: str = "") -> str:
        """Write a mail."""
        native_id = f"{abs(hash((text, above)))}@kunde.example"
        below = {"In_Reply_To": f"<{above}>", "References": f"<{above}>"} if above else {}
        self.server.put(self.brand, mail(native_id, text, sender=self.address, to=self.brand, **below))
        return native_id

    def sees_below(self, post: str) -> list[str]:
        """Look into the mailbox."""
        mails = [each for each in self.server.mails(self.address) if each["In-Reply-To"] == f"<{post}>"]
        return [str(each.get_content()).split("\n")[0].strip() for each in mails]

    def overhears(self, text: str) -> None:
        """Get a newsletter, of which a copy lies among what was sent."""
        sent = mail("news@acme.example", text, sender=self.brand, to="all@kunde.example")
        self.server.put(self.brand, sent, "Sent")


@dataclass(frozen=True, slots=True)
class OnMastodon:
    """A customer on an instance."""

    server: MastodonServer
    network: str = "mastodon"

    def says(self, text: str, *, above: str = "") -> str:
        """Mention the brand."""
        below = {"in_reply_to_id": above} if above else {}
        return self.server.say("mira", f"@acme {text}", visibility="public", language="en", **below)

    def sees_below(self, post: str) -> list[str]:
        """Read the thread."""
        below = self.server.call("mira", "GET", f"statuses/{post}/context")["descendants"]
        return [each["content"] for each in below if each["account"]["acct"] == "acme"]

    def overhears(self, text: str) -> None:
        """Read a post."""
        self.server.say("acme", text)


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

    def sync(self, *points: str) -> set[str]:
        """Sync, killed at each point that is reached, every server but one restarted in between; then to the end.

        Returns the points.
        """
        died = set()
        for number, point in enumerate(points):
            self.bluesky.settle()
            clock, secrets = self.clock.alone(), self.office.secrets
            process = begin(self.office.folder, "sync", clock=clock, CRASH_AT=point, **secrets)
            if ended(self.office.folder, process).returncode == KILLED:
                died.add(point)
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

    def tickets(self, text: str) -> list[str]:
        """Return the tickets and desk cases in which something was said."""
        at_desk = [case for case in self.at_desk() if text in str(case["messages"])]
        assert len(at_desk) == 1
        said = [each["text"] for each in at_desk[0]["messages"] if text in each["text"]]
        assert len(said) == 1
        return [self.tracker.holding(text), at_desk[0]["ref"]]


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
    project = PROJECT.format(
        brand=brand,
        network=bluesky,
        address=address,
        dovecot=dovecot,
        mastodon=mastodon,
        tracker=TRACKER.format(url=rt.url),
    )
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


def test_agents_answer_in_a_tracker_and_customers_see_it_in_their_thread_whatever_dies(house: House) -> None:
    asked = {each.network: each.says(f"My {each.network} line is down since Monday, why?") for each in house.customers}
    for each in house.customers:
        each.overhears("We have new opening hours.")
    died = house.sync(*READING)
    tickets = {name: house.tickets(f"My {name} line is down")[0] for name in asked}
    assert len({*tickets.values()}) == len(asked)
    assert len(house.at_desk()) == len(house.tracker.tickets()) == len(asked)

    for name, ticket in tickets.items():
        house.tracker.answer(ticket, f"We repair your {name} line today.")
    died |= house.sync(*SENDING)
    for each in house.customers:
        (seen,) = each.sees_below(asked[each.network])
        assert f"We repair your {each.network} line today." in seen

    for each in house.customers:
        each.says(f"Thank you, but {each.network} is still down, when will you come?", above=asked[each.network])
    died |= house.sync(*READING)
    for name, ticket in tickets.items():
        assert house.tickets(f"but {name} is still down")[0] == ticket
    for each in house.customers:
        assert len(each.sees_below(asked[each.network])) == 1
    assert len(house.at_desk()) == len(house.tracker.tickets()) == len(asked)
    assert house.tracker.server.mails() == []
    for target in ("desk", "rt"):
        house.office.run("verify", target)
    house.office.run("ledger")
    assert died >= {
        "collect.before_commit",
        "publish.before_send",
        "publish.after_send",
        "publish.record.before_commit",
    }
