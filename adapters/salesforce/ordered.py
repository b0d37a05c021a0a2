"""Several messages of one case in one call: such collections stand whole or not at all, so that none overtakes another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.salesforce import collections
from bridge.nouns import Refusal, Retry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.salesforce.collections import Row, Sending
    from adapters.salesforce.org import Org
    from bridge.nouns import Outcome, Record

LATER = Retry(0, "it goes after an earlier message of its case")
ROUNDS = 3
"""How often a collection is sent, each time without those that it was undone for."""


def insert(org: Org, name: str, records: Sequence[Record], rows: Sequence[Row], sending: Sending) -> list[Outcome]:
    """Insert messages in the order of each case; where that does not go, the first of each case alone."""
    packs, alone, later = _packs(records)
    told = _Told(records, dict.fromkeys(later, LATER))
    for _ in range(ROUNDS if org.calm else 0):
        sent = collections.insert_whole(org, name, [[rows[n] for n in pack] for pack in packs], sending)
        if any(isinstance(each, Retry) and each is not collections.UNDONE for outcomes in sent for each in outcomes):
            org.disturbed()
        again = [told.take(pack, outcomes) for pack, outcomes in zip(packs, sent, strict=True)]
        unmoved = [pack for pack, left in zip(packs, again, strict=True) if len(left) == len(pack)]
        alone += [n for pack in unmoved for n in told.firsts(pack)]
        packs = [left for pack, left in zip(packs, again, strict=True) if left and len(left) < len(pack)]
    alone += [n for pack in packs for n in told.firsts(pack)]
    told.outcomes |= zip(alone, collections.insert(org, name, [rows[n] for n in alone], sending), strict=True)
    return [told.outcomes[n] for n in range(len(records))]


def firsts_of(records: Sequence[Record]) -> list[int]:
    """Return the index of the first message of each case."""
    seen: dict[str, int] = {}
    for n, record in enumerate(records):
        seen.setdefault(_case(record), n)
    return list(seen.values())


@dataclass(slots=True)
class _Told:
    """Outcomes so far, by index."""

    records: Sequence[Record]
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def take(self, pack: Sequence[int], outcomes: Sequence[Outcome]) -> list[int]:
        """Take what is told of a pack; returns what was undone for the sake of others and may go without them."""
        if not any(isinstance(each, (Refusal, Retry)) for each in outcomes):
            self.outcomes |= zip(pack, outcomes, strict=True)
            return []
        left, waits = [], set()
        for n, outcome in zip(pack, outcomes, strict=True):
            case = _case(self.records[n])
            if isinstance(outcome, Refusal) or (outcome is not collections.UNDONE and case not in waits):
                self.outcomes[n] = outcome
                waits |= set() if isinstance(outcome, Refusal) else {case}
            elif case in waits:
                self.outcomes[n] = LATER
            else:
                left.append(n)
        return left

    def firsts(self, pack: Sequence[int]) -> list[int]:
        """Return the first of each case in a pack that does not go; the others go later."""
        self.outcomes |= dict.fromkeys(pack, LATER)
        return [pack[n] for n in firsts_of([self.records[each] for each in pack])]


def _case(record: Record) -> str:
    return record.parent or record.key


def _packs(records: Sequence[Record]) -> tuple[list[list[int]], list[int], list[int]]:
    """Return what goes whole (the messages of a case together), what is the only one of its case, and what is too many."""
    cases: dict[str, list[int]] = defaultdict(list)
    for n, record in enumerate(records):
        cases[_case(record)].append(n)
    packs: list[list[int]] = []
    for several in (each[: collections.SIZE] for each in cases.values() if len(each) > 1):
        if not packs or len(packs[-1]) + len(several) > collections.SIZE:
            packs.append([])
        packs[-1] += several
    later = [n for each in cases.values() for n in each[collections.SIZE :]]
    return packs, [each[0] for each in cases.values() if len(each) == 1], later
