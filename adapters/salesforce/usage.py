"""How many of the org's daily calls are used, by everybody: read from every answer, and kept within shares."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.salesforce.errors import ASK_AGAIN
from bridge.errors import BudgetSpent
from bridge.nouns import Share

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.salesforce.settings import SalesforceSettings
    from bridge.clock import Clock
    from bridge.meter import Meter

HEADER = "Sforce-Limit-Info"
OLD = timedelta(minutes=5)
"""From then on a figure that forbids calls is asked for anew: it is of a window of 24 hours that rolls on."""
_USED = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")
_NAMES: Mapping[Share, str] = {
    Share.DELIVER: "deliveries",
    Share.READ: "readings of contacts and cases",
    Share.ANSWER: "answers and deletions",
}


class Usage:
    """Calls of the last 24 hours in the whole org, as last told; what readings took of them, our meter tells."""

    def __init__(self, settings: SalesforceSettings, clock: Clock, meter: Meter) -> None:
        """Know nothing yet."""
        self.used = self.total = 0
        self._settings, self._clock, self._meter = settings, clock, meter
        self._told_at: datetime | None = None

    @property
    def spent(self) -> bool:
        """Tell whether the org has no call left."""
        return bool(self.total) and self.used >= self.total

    @property
    def old(self) -> bool:
        """Tell whether the figures were told a while ago."""
        return self._told_at is None or self._clock.now() - self._told_at >= OLD

    def read(self, headers: Mapping[str, str]) -> None:
        """Take what an answer's headers tell, be it a success or an error."""
        if found := _USED.search(headers.get(HEADER, "")):
            self.told(int(found[1]), int(found[2]))

    def told(self, used: int, total: int) -> None:
        """Take new figures."""
        self.used, self.total, self._told_at = used, total, self._clock.now()

    def count(self, share: Share) -> None:
        """Note a call of ours; only readings have a share that their own number limits."""
        if share is Share.READ:
            self._meter.add(Share.READ, 1)

    def allowance(self, share: Share) -> int:
        """Return the number of used calls, of everybody's, at which ``share`` stops."""
        kept = 0 if share is Share.ANSWER else self._settings.reserve
        return int(self.total * max(self._settings.use_up_to - kept, 0))

    def left(self, share: Share) -> int | None:
        """Return how many calls are left for ``share``; None while nothing is known."""
        if not self.total:
            return None
        left = self.allowance(share) - self.used
        if share is Share.READ:
            left = min(left, self.readings - self._meter.used(Share.READ))
        return max(left, 0)

    @property
    def readings(self) -> int:
        """Return how many calls a day readings may take."""
        return int(self.total * self._settings.imports_up_to)

    def ask(self, share: Share) -> None:
        """Raise ``BudgetSpent`` if nothing is left for ``share``; the others go on."""
        if self.left(share) != 0:
            return
        settings = self._settings
        message = (
            f"{self.used} of the org's {self.total} API calls of 24 hours are used, by everybody; {_NAMES[share]} stop"
            f" here (use_up_to {settings.use_up_to:.0%}, reserve {settings.reserve:.0%})."
        )
        if self.used < self.allowance(share):
            message = (
                f"{_NAMES[share].capitalize()} have taken their {self.readings} of the org's {self.total} API calls of"
                f" 24 hours (imports_up_to {settings.imports_up_to:.0%}); they go on when some of these are a day old."
            )
        raise BudgetSpent(message, until=self._clock.now() + ASK_AGAIN, share=share)
