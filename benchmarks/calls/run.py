"""Count the API calls that new and changed records take, at the pretend CRM, beside a client that sends one record a call.

``python -m benchmarks.calls.run --people 1000``: each person is new, with a new case and a message in it; then a tenth
of them edit what they said and show a phone number. Every call counts, also sign-in, schema, limits, look-ups and what
the sync reads back; counts are the same at each run and on any machine.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from benchmarks.calls import naive
from bridge.clock import ShiftedClock
from tests.weeks.feed import mail, open_office, say
from tests.weeks.hubspot import HubSpotAccount
from tests.weeks.salesforce import SalesforceOrg
from tests.weeks.zendesk import ZendeskAccount, ZendeskWithoutImports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.calls import Call
    from tests.weeks.office import Office

CRMS = {
    "salesforce": (SalesforceOrg, naive.into_salesforce),
    "hubspot": (HubSpotAccount, naive.into_hubspot),
    "zendesk": (ZendeskAccount, naive.into_zendesk),
    "zendesk-without-imports": (ZendeskWithoutImports, naive.into_zendesk),
}
NO_BRAKE = "    brakes: {cases_per_hour: 1000000}\n"
READS_BACK = re.compile(r"/search$|^GET /crm/v3/objects/\w+$|^GET /query(All)?/$|/incremental/|/deleted_tickets$")
"""Calls by which a sync reads what people and the CRM did meanwhile; they are as many if nothing is delivered."""
ROUNDS = ("new", "an hour later", "a tenth changed", "an hour later")
_VERSION = re.compile(r"^/services/data/v[\d.]+")
_ID = re.compile(r"/\d{5,}")


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls by path, of four syncs an hour apart: nothing is said before the second and the fourth."""

    new: Counter[str]
    new_read_back: Counter[str]
    changed: Counter[str]
    changed_read_back: Counter[str]

    @property
    def rounds(self) -> tuple[Counter[str], ...]:
        """Return the calls of each sync."""
        return (self.new, self.new_read_back, self.changed, self.changed_read_back)


def delivering(calls: Counter[str]) -> int:
    """Return how many of the calls deliver; some of those that read back are not told from them, and count."""
    return sum(count for path, count in calls.items() if not READS_BACK.search(path))


def people(count: int) -> list[dict[str, Any]]:
    """Return invented people with what they say, and what they say instead."""
    return [
        {
            "name": f"Person {number:04}",
            "email": f"person{number}@town.example",
            "phone": f"+4915770{number:06}",
            "text": f"Where is my parcel, order A{number:05}?",
            "edited": f"Where is my parcel, order A{number:05}? It was due on Monday.",
            "sent_at": "2026-03-02T08:00:00Z",
        }
        for number in range(count)
    ]


def by_casebridge(vendor: str, count: int, folder: Path) -> Counted:
    """Let Casebridge deliver, after a first sync that found nothing; each sync is a process's worth of calls."""
    clock, known = ShiftedClock(), people(count)
    crm = CRMS[vendor][0](clock)
    with crm.serving() as address:
        office = open_office(folder, address, crm, clock)
        _release(office.folder)
        office.run("sync")
        counts = []
        for said in (_first(office, known), [], _edited(office, known[: count // 10]), []):
            office.later(minutes=60)
            say(office, f"round{len(counts)}", *said)
            crm.calls.clear()
            office.run("sync")
            if office.waiting():
                raise SystemExit("The sync left something to the next one: the counts would be wrong.")
            counts.append(Counter(_path(call) for call in crm.calls))
    return Counted(*counts)


def one_by_one(vendor: str, count: int) -> Counted:
    """Let the naive client deliver."""
    crm = CRMS[vendor][0](ShiftedClock())
    change = CRMS[vendor][1](crm.fake, people(count), range(count // 10))
    new = Counter(_path(call) for call in crm.calls)
    crm.calls.clear()
    change()
    return Counted(new, Counter(), Counter(_path(call) for call in crm.calls), Counter())


def _release(folder: Path) -> None:
    """Take the brake off: a thousand cases at once are no flood here."""
    project = folder / "casebridge.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("    mode: live\n", f"    mode: live\n{NO_BRAKE}", 1), encoding="utf-8")


def _first(office: Office, known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [mail(office, f"m{n}", one["email"], one["text"], name=one["name"]) for n, one in enumerate(known)]


def _edited(office: Office, known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    said = [mail(office, f"m{n}", one["email"], one["edited"], name=one["name"]) for n, one in enumerate(known)]
    for one, message in zip(known, said, strict=True):
        message["author"]["phone"] = one["phone"]
        message["edited_at"] = message["sent_at"]
    return said


def _path(call: Call) -> str:
    """Return method and path, without version and ids."""
    return f"{call.method} {_ID.sub('/…', _VERSION.sub('', call.path))}"


def _show(vendor: str, count: int, ours: Counted, theirs: Counted) -> None:
    console = Console(width=120)
    table = Table(title=f"{vendor}: API calls for {count:,} new persons, {count:,} new cases, {count:,} messages")
    for heading in ("client", *ROUNDS):
        table.add_column(heading, justify="left" if heading == "client" else "right")
    for name, counted in (("casebridge", ours), ("one record a call", theirs)):
        table.add_row(name, *(f"{each.total():,}" for each in counted.rounds))
    table.add_row("casebridge, without reading back", *(f"{delivering(each):,}" for each in ours.rounds))
    console.print(table)
    paths = Table(title="casebridge, by path")
    for heading in ("call", *ROUNDS):
        paths.add_column(heading, justify="left" if heading == "call" else "right")
    for path in sorted(set().union(*ours.rounds)):
        paths.add_row(path, *(str(each[path]) for each in ours.rounds))
    console.print(paths)


def main() -> None:
    """Count what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--crm", action="append", choices=CRMS)
    asked = parser.parse_args()
    for vendor in asked.crm or CRMS:
        with tempfile.TemporaryDirectory(prefix="casebridge-calls-") as folder:
            ours = by_casebridge(vendor, asked.people, Path(folder) / "project")
        _show(vendor, asked.people, ours, one_by_one(vendor, asked.people))


if __name__ == "__main__":
    main()
