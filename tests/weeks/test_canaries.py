"""The canary tells what a grown organisation mails by itself, though others hold records, and leaves nothing there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit
from tests.weeks.feed import mail, open_office, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.weeks.crm import Crm

YOU = "you+canary@house.example"


@pytest.fixture(params=[False, True], ids=["plain", "hostile"])
def crm(request: pytest.FixtureRequest, make: Callable[..., Crm]) -> Crm:
    """Open the CRM, friendly or grown."""
    return make(grown=request.param)


def test_a_canary_comes_back_and_leaves_nothing(crm: Crm, clock: ShiftedClock, tmp_path: Path) -> None:
    with crm.serving() as address:
        office = open_office(tmp_path / "project", address, crm, clock)
        if crm.vanished:
            crm.adapt_again(office.folder)
        before = list(crm.cases()), crm.people()
        for _ in range(3):
            office.later(minutes=1)
            flown = office.run("check", "--canary", YOU, expect=lambda code: code in {Exit.OK, Exit.CONFIG})
            told = [line for line in flown.splitlines() if "canary: " in line]
            assert any("answered in public" in line for line in told), told
            assert not any("is still there" in line or "was not" in line for line in told), told
            assert (list(crm.cases()), crm.people()) == before
        assert {notice.to for notice in crm.mailed()} <= {YOU}
        say(office, "monday", mail(office, "m1", "mara.voss@example.org", "Where is my parcel?"))
        office.settle()
        office.balances()
