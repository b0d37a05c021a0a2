"""``check --canary`` against the pretend account: a quiet one is proved quiet, one whose workflows mail is found out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bridge.clock import SystemClock
from bridge.errors import Exit
from config.demo import write_project
from tests.adapters.hubspot.accounts import quick
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.org import SERVICE_KEY, hostile, plain
from tests.fakes.serving import running
from tests.project import casebridge
from tests.weeks.office import connect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.hubspot.org import Org

ADDRESS = "admin@acme.example"
TARGET = """\
    type: hubspot
    mode: live
    token: ${{HUBSPOT_KEY}}
    base_url: {address}
    time_zone: Europe/Berlin
"""


def findings(folder: Path, org: Org, *, known: bool = False) -> tuple[int, list[str], Fake]:
    """Fly the canary; return the exit code, its findings, and the account afterwards. ``known``: it has the address."""
    fake = Fake(SystemClock(), quick(org))
    if known:
        fake.agent.contact(lastname="Admin", email=ADDRESS)
    write_project(folder, SystemClock().now())
    with running(fake.app) as address:
        connect(folder, TARGET.format(address=address))
        casebridge(folder, "check", "--prepare", HUBSPOT_KEY=SERVICE_KEY)
        ended = casebridge(folder, "check", "--canary", ADDRESS, HUBSPOT_KEY=SERVICE_KEY)
    return ended.returncode, [line for line in ended.output.splitlines() if "canary: " in line], fake


@pytest.mark.parametrize("mailing", [False, True], ids=["quiet", "mailing"])
def test_the_canary_tells_whether_customers_would_be_mailed(tmp_path: Path, *, mailing: bool) -> None:
    org = replace(plain(), workflows=hostile().workflows) if mailing else plain()
    code, told, fake = findings(tmp_path / "project", org)
    wrong = [line for line in told if "the requester was told" in line]
    assert code == (Exit.CONFIG if mailing else Exit.OK), "\n".join(told)
    assert ["We have received your request" in line or "How did we do?" in line for line in wrong] == [True] * (
        2 if mailing else 0
    )
    assert any("answered in public, and nobody was mailed" in line for line in told)
    assert fake.portal.all("tickets") == fake.portal.all("contacts") == []
    assert bool(fake.notices.outside()) is mailing


def test_an_address_that_a_contact_has_is_that_contacts_case(tmp_path: Path) -> None:
    """The contact is looked at, and stays."""
    org = replace(plain(), workflows=hostile().workflows)
    code, told, fake = findings(tmp_path / "project", org, known=True)
    assert code == Exit.CONFIG
    assert any("has this address there" in line for line in told)
    assert sum("the requester was told" in line for line in told) == 2
    assert [item.properties["email"] for item in fake.portal.all("contacts")] == [ADDRESS]
    assert fake.portal.all("tickets") == []
