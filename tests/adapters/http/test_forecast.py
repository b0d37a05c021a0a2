"""``check`` tells beforehand what reading back costs where a day's calls are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from bridge.nouns import KeyField, Thing
from tests.adapters.http.tools import place

if TYPE_CHECKING:
    from pathlib import Path

BODY = """
limits: {{daily: {{calls: {calls}}}}}
check: {{get: /me}}
objects:
  cases:
    thing: case
    fields: {{title: {{}}, our_key: {{}}}}
    create: {{post: /cases}}
    changed: {{get: /cases}}
    gone: {{get: /bin}}
"""


@pytest.mark.parametrize(
    ("calls", "ok", "remedy"), [(100_000, True, ""), (2_000, False, "Sync every 8 minutes, or less often.")]
)
def test_polls_that_would_use_up_the_day_are_named(tmp_path: Path, calls: int, ok: bool, remedy: str) -> None:  # noqa: FBT001 - a column
    target = place(
        tmp_path,
        BODY.format(calls=calls),
        lambda _: httpx.Response(200, json=[]),
        keys={Thing.CASE: KeyField("cases", "our_key")},
    )
    (found,) = [each for each in target.check().findings if "reading back" in each.text]
    assert (found.ok, found.remedy) == (ok, remedy)
    assert "2 calls at least each time: 2880 a day" in found.text
