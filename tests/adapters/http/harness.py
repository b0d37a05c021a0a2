"""Pretend tools for the conformance suite, each connected by its manifest."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from tests.adapters.http.harness_freshdesk import FreshdeskHarness
from tests.adapters.http.harness_invented import BATCHLINE, ETAGERE, KREUZBRIEF, InventedHarness
from tests.adapters.http.harness_jira import JiraHarness
from tests.adapters.http.harness_tracker import TrackerHarness
from tests.adapters.http.harness_zammad import ZammadHarness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.conformance.harness import TargetHarness

VARIANTS: Mapping[str, Callable[[Path], TargetHarness]] = {
    "batchline": partial(InventedHarness, BATCHLINE),
    "etagere": partial(InventedHarness, ETAGERE),
    "freshdesk": FreshdeskHarness,
    "jira": JiraHarness,
    "kreuzbrief": partial(InventedHarness, KREUZBRIEF),
    "tracker": TrackerHarness,
    "zammad": ZammadHarness,
}


@contextmanager
def target(folder: Path, variant: str) -> Iterator[TargetHarness]:
    """Give an empty tool, connected by the manifest of that name."""
    harness = VARIANTS[variant](folder)
    yield harness
    harness.target.close()
