"""Settle jobs: one look for all of them, then each record's own outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.zendesk.errors import Problem
from adapters.zendesk.jobs import Item
from adapters.zendesk.refusing import refused
from bridge.nouns import Refusal, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.zendesk.account import Account
    from bridge.nouns import Outcome


def settle(account: Account, jobs: Sequence[str]) -> list[Outcome]:
    """Return the outcome of each accepted record."""
    items = [Item.read(job) for job in jobs]
    account.jobs.look([item.job for item in items if item is not None])
    return [
        Refusal(f"Zendesk has no job {job}", code="not_found") if item is None else _outcome(account, item)
        for job, item in zip(jobs, items, strict=True)
    ]


def _outcome(account: Account, item: Item) -> Outcome:
    result = account.jobs.result(item)
    if isinstance(result, Problem):
        return refused(account, item.object, item.key, item.ref, result)
    if isinstance(result, Written):
        account.stands(item.object, item.key, result.ref)
    return result
