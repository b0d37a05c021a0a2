"""One row that is not as a manifest describes it is set aside as it came, and stops no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.nouns import Cursor, Record, Thing, Written
from tests.adapters.http.harness_freshdesk import SAMPLES, FreshdeskHarness
from tests.adapters.http.tools import key
from tests.adapters.mangled import ONE_PLACE, Mangling, Read, activity, cases, contacts, one_damaged_row_stops_no_other
from tests.fakes.carried import Carried

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.http.target import HttpTarget
    from bridge.contracts import Target


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> FreshdeskHarness:
    """Return an account with people, tickets and notes, ours and others'."""
    here = FreshdeskHarness(tmp_path_factory.mktemp("freshdesk"))
    for thing, sample in SAMPLES.items():
        if thing is not Thing.MESSAGE:
            records = [
                Record(
                    thing=thing,
                    object=sample.object,
                    key=key(f"{thing}{n}"),
                    key_field=sample.key_field,
                    fields=sample.fields,
                )
                for n in range(2)
            ]
            assert all(isinstance(each, Written) for each in here.target.write(sample.object, records))
    return here


def target(here: FreshdeskHarness, wire: Mangling, folder: pytest.TempPathFactory) -> HttpTarget:
    """Return the target of a process that remembers nothing."""
    here.wire = Carried(wire, here.clock)
    return here.connect(folder.getbasetemp(), here)


@ONE_PLACE
@given(data=st.data())
@pytest.mark.parametrize("read", [contacts, cases, activity])
def test_a_row(
    here: FreshdeskHarness,
    tmp_path_factory: pytest.TempPathFactory,
    read: Callable[[Target, Cursor], Read],
    data: st.DataObject,
) -> None:
    wire = Mangling(here.fake.app)
    one_damaged_row_stops_no_other(
        data, wire, lambda: read(target(here, wire, tmp_path_factory), Cursor()), [""], kept=["updated_at"]
    )
