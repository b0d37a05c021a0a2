"""The API calls that deliveries take, counted at the pretend CRMs: a bound that a change must not break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.calls.run import CRMS, by_casebridge, delivering, one_by_one

if TYPE_CHECKING:
    from pathlib import Path

MOST = {"salesforce": 18, "hubspot": 40, "zendesk": 60, "zendesk-without-imports": 1_040}
"""Calls for 1,000 new persons, cases and messages."""
LOOKS = {"zendesk": 100, "zendesk-without-imports": 100}
"""Messages that cannot be changed: each correction takes a look at its ticket, so that it stands there once."""
OBJECTS = 2
"""Objects whose records change: each takes a call at least, however few they are. A sync that finds nothing comes on top."""


@pytest.mark.parametrize("vendor", CRMS)
def test_a_thousand_of_each_and_a_tenth_of_them_changed_take_few_calls(vendor: str, tmp_path: Path) -> None:
    counted = by_casebridge(vendor, 1_000, tmp_path / "project")
    assert delivering(counted.new) <= MOST[vendor], counted.new
    constant = counted.changed_read_back.total() + OBJECTS + LOOKS.get(vendor, 0)
    assert counted.changed.total() <= counted.new.total() / 10 + constant, counted.changed
    assert counted.new_read_back.total() <= 50, counted.new_read_back


@pytest.mark.parametrize("vendor", CRMS)
def test_who_sends_one_record_a_call_needs_three_calls_a_message(vendor: str) -> None:
    counted = one_by_one(vendor, 20)
    assert 60 <= counted.new.total() <= 61
    assert counted.changed.total() == 4
