"""The webhook source for the conformance suite: nothing is read there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.conformance.harness import Cannot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Pushed:
    """A source to which everything comes by itself; what it promises of calls is held in tests/web."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - anything that a promise asks for
        """Refuse."""
        reason = f"{name}: nothing is read here, everything comes by itself"
        raise Cannot(reason)


@contextmanager
def source(folder: Path) -> Iterator[Pushed]:  # noqa: ARG001 - the harness's signature
    """Give a source that cannot be read."""
    yield Pushed()
