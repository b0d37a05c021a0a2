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


def findings(folder: Path, org: Org) -> tuple[int, list[str], Fake]:
    """Fly the canary; return the exit code, its findings, and the account afterwards."""
    fake = Fake(SystemClock(), quick(org))
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
