"""Whom a duplicate rule means: a collection does not tell, so the few rows that it refused are tried one by one, 25 in a call."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adapters.salesforce.client import MOST, Part
from adapters.salesforce.errors import Declined
from adapters.salesforce.wording import declined
from bridge.nouns import Ended, Refusal, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.salesforce.client import PartAnswer
    from adapters.salesforce.collections import Row, Sending
    from adapters.salesforce.org import Org
    from bridge.nouns import Outcome


def explained(
    org: Org, name: str, rows: Sequence[Row], outcomes: list[Outcome], headers: Mapping[str, str], sending: Sending
) -> list[Outcome]:
    """Return outcomes in which a refusal by a duplicate rule names the records that it means, as far as Salesforce tells."""
    dumb = [n for n, each in enumerate(outcomes) if _unexplained(each)]

    def one_by_one(some: Sequence[int]) -> list[Outcome]:
        asked = [Part("POST", f"{org.client.path}sobjects/{name}", _bare(rows[n]), headers) for n in some]
        return [_outcome(org, name, answer) for answer in org.client.composite(asked, headers=headers, most=MOST)]

    told: dict[int, Outcome] = {}
    for start in range(0, len(dumb), MOST):
        some = dumb[start : start + MOST]
        told |= zip(some, sending.send(len(some), partial(one_by_one, some)), strict=True)
    return [told.get(n, outcome) for n, outcome in enumerate(outcomes)]


def _unexplained(outcome: Outcome) -> bool:
    return isinstance(outcome, Refusal) and outcome.code == Ended.DUPLICATE and not outcome.candidates


def _bare(row: Row) -> Row:
    return {field: value for field, value in row.items() if field != "attributes"}


def _outcome(org: Org, name: str, answer: PartAnswer) -> Outcome:
    if answer.status < 300:
        ref = str(answer.body["id"])
        return Written(ref, created=True, url=org.client.link(name, ref))
    return declined(Declined(answer.status, answer.body).faults[0], name)
