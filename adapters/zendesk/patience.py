"""When to go on after a call that failed: one failure says little of the next call, a limit or several in a row do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.errors import RateLimited

if TYPE_CHECKING:
    from bridge.errors import Transient

MOST = 3


@dataclass(slots=True)
class Patience:
    """Patience with the calls of one batch."""

    in_a_row: int = 0

    def ends(self, trouble: Transient) -> bool:
        """Note a failure; tell whether the calls that were to follow would fail, too."""
        self.in_a_row += 1
        return isinstance(trouble, RateLimited) or self.in_a_row >= MOST

    def restored(self) -> None:
        """Note a call that was answered."""
        self.in_a_row = 0
