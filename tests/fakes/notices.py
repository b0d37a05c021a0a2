"""The mail that a pretend organisation would send: what must stay empty of customers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.clock import Clock


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail: who would have got it, by which automation, about which record, and whose doing set it off."""

    at: datetime
    to: str
    subject: str
    automation: str
    about: str
    by: str = ""


class Notices(Sequence[Notice]):
    """Every mail so far, oldest first."""

    def __init__(self, clock: Clock) -> None:
        """Start without any."""
        self._clock, self._sent = clock, list[Notice]()

    def send(self, to: str, subject: str, *, automation: str, about: str, by: str = "") -> None:
        """Write down a mail to ``to`` about the record ``about``."""
        self._sent.append(Notice(self._clock.now(), to, subject, automation, about, by))

    def outside(self, *own_domains: str) -> list[Notice]:
        """Return the mails that leave the house: to nobody of ``own_domains``."""
        return [notice for notice in self._sent if notice.to.rpartition("@")[2].casefold() not in own_domains]

    @overload
    def __getitem__(self, index: int) -> Notice: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Notice]: ...
    def __getitem__(self, index: int | slice) -> Notice | Sequence[Notice]:
        """Return one mail, or some."""
        return self._sent[index]

    def __len__(self) -> int:
        """Return how many mails there were."""
        return len(self._sent)

    def __iter__(self) -> Iterator[Notice]:
        """Go through them, oldest first."""
        return iter(self._sent)
