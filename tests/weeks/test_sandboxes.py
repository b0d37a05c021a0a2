"""Who follows the page of a CRM on its pretend organisation, as `make sandbox` serves it, comes to the first case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bridge.clock import SystemClock
from tests.docs.pages import blocks
from tests.docs.playing import Reader, install
from tests.fakes.hubspot import __main__ as hubspot
from tests.fakes.hubspot.app import Fake as HubSpot
from tests.fakes.salesforce import __main__ as salesforce
from tests.fakes.salesforce.app import Fake as Salesforce
from tests.fakes.salesforce.metadata import deploy
from tests.fakes.salesforce.org import bare
from tests.fakes.serving import running
from tests.fakes.zendesk import __main__ as zendesk
from tests.fakes.zendesk.app import Fake as Zendesk
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.docs.pages import Block

PAGES = ROOT / "docs" / "targets"
PACKAGE = ROOT / "adapters" / "salesforce" / "package" / "source"
ADDRESS = {
    "salesforce": "http://127.0.0.1:8766",
    "hubspot": "http://127.0.0.1:8767",
    "zendesk": "http://127.0.0.1:8768",
}
"""Where `make sandbox` serves."""


def follow(vendor: str, address: str, folder: Path) -> None:
    """Do what the page says, at another address than the page's."""
    (folder / "home").mkdir()
    page = [_at(block, ADDRESS[vendor], address) for block in blocks(PAGES / f"{vendor}.md")]
    Reader(folder / "home", install(folder / "bin")).follow(page)


def _at(block: Block, before: str, now: str) -> Block:
    return replace(block, text=block.text.replace(before, now))


def example(vendor: str) -> str:
    """Return the lines that the page puts into .env."""
    (found,) = [block.text for block in blocks(PAGES / f"{vendor}.md") if block.file == ".env"]
    return found


def test_the_page_of_salesforce_leads_to_the_first_case_in_the_pretend_org(tmp_path: Path) -> None:
    org = bare()
    deploy(org, PACKAGE)
    fake = Salesforce(SystemClock(), org)
    assert example("salesforce") == salesforce.lines(fake, ADDRESS["salesforce"])
    with running(fake.app) as address:
        follow("salesforce", address, tmp_path)
    assert len([row for row in fake.rows("Case") if row["Casebridge_Key__c"]]) == 2
    assert fake.notices.outside("pretend.example") == []


def test_the_page_of_hubspot_leads_to_the_first_ticket_in_the_pretend_account(tmp_path: Path) -> None:
    fake = HubSpot(SystemClock())
    assert example("hubspot") == hubspot.lines(fake, ADDRESS["hubspot"])
    with running(fake.app) as address:
        follow("hubspot", address, tmp_path)
    standing = [item for item in fake.portal.all("tickets") if item.properties.get("casebridge_key")]
    assert len(standing) == 2
    assert fake.notices.outside("acme.example") == []


def test_the_page_of_zendesk_leads_to_the_first_ticket_in_the_pretend_account(tmp_path: Path) -> None:
    fake = Zendesk(SystemClock(), zendesk.ORGS["plain"]())
    assert example("zendesk") == zendesk.lines(ADDRESS["zendesk"])
    with running(fake.app) as address:
        follow("zendesk", address, tmp_path)
    standing = [row for row in fake.state.tickets.values() if row["external_id"] and row["status"] != "deleted"]
    assert len(standing) == 2
    assert fake.notices.outside("acme.example") == []


@pytest.mark.parametrize("vendor", ADDRESS)
def test_the_page_shows_the_target_that_init_writes(vendor: str) -> None:
    written = (ROOT / "config" / "targets" / f"{vendor}.yaml").read_text(encoding="utf-8")
    shown = [" ".join(line.split()) for line in (PAGES / f"{vendor}.md").read_text(encoding="utf-8").splitlines()]
    assert all(" ".join(line.split()) in shown for line in written.splitlines())
