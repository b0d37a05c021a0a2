"""How many of the org's daily calls are used, by everybody: read from every answer, and kept within shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.salesforce.errors import ASK_AGAIN
from bridge.errors import BudgetSpent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.salesforce.settings import SalesforceSettings

HEADER = "Sforce-Limit-Info"
_USED = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")


class Purpose(StrEnum):
    """What a call is for: whose share of the day it comes from."""

    DELIVER = "deliveries"
    IMPORT = "reading contacts"
    ANSWER = "answers and deletions"


@dataclass(slots=True)
class Usage:
    """Calls of the last 24 hours in the whole org, as last told; ``imports`` are our own in this process."""

    used: int = 0
    total: int = 0
    imports: int = 0

    @property
    def spent(self) -> bool:
        """Tell whether the org has no call left."""
        return bool(self.total) and self.used >= self.total

    def read(self, headers: Mapping[str, str]) -> None:
        """Take what an answer's headers tell, be it a success or an error."""
        if found := _USED.search(headers.get(HEADER, "")):
            self.used, self.total = int(found[1]), int(found[2])

    def allowance(self, settings: SalesforceSettings, purpose: Purpose) -> int:
        """Return the number of used calls at which ``purpose`` stops."""
        share = settings.use_up_to - (0 if purpose is Purpose.ANSWER else settings.reserve)
        return int(self.total * max(share, 0))

    def left(self, settings: SalesforceSettings, purpose: Purpose) -> int | None:
        """Return how many calls are left for ``purpose``; None while nothing is known."""
        if not self.total:
            return None
        left = self.allowance(settings, purpose) - self.used
        if purpose is Purpose.IMPORT:
            left = min(left, int(self.total * settings.imports_up_to) - self.imports)
        return max(left, 0)

    def ask(self, settings: SalesforceSettings, purpose: Purpose, now: datetime) -> None:
        """Raise ``BudgetSpent`` if nothing is left for ``purpose``."""
        if self.left(settings, purpose) == 0:
            message = (
                f"{self.used} of the org's {self.total} API calls of 24 hours are used, by everybody; {purpose} stop"
                f" here (use_up_to {settings.use_up_to:.0%}, reserve {settings.reserve:.0%})."
            )
            raise BudgetSpent(message, until=now + ASK_AGAIN)
