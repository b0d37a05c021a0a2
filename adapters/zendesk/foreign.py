"""Tickets that we did not make, as dated snapshots: at first the open ones, later all that changed, closed or went."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from adapters.zendesk.account import concerns_us
from adapters.zendesk.cursors import Position, seconds
from adapters.zendesk.names import DONE
from adapters.zendesk.people import exported
from adapters.zendesk.values import moment, readable
from bridge.nouns import CasePage, CaseSnapshot
from bridge.rows import each

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adapters.zendesk.account import Account
    from bridge.nouns import Cursor

_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_ENDS = ".,;:!?"
_GONE = (*DONE, "deleted")


def pages(account: Account, after: Cursor) -> Iterator[CasePage]:
    """Yield pages of snapshots, oldest change first."""
    now, at = account.surroundings.clock.now(), Position.read(after)
    first, name = not after.value or bool(at.since), account.surroundings.name
    if not after.value:
        at = at.moved(since=seconds(now - timedelta(days=account.settings.open_cases_days)))
    while True:
        found = exported(account, "tickets", at)
        cases, broken = each(found["tickets"], partial(_snapshots, account, now, first), f"{name} tickets")
        more = not found["end_of_stream"]
        before, at = at, at.moved(export=str(found["after_cursor"]), since=at.since if more else 0)
        yield CasePage(cases, at.cursor(), more=more and at != before, broken=broken)
        if not more or at == before:
            return


def _snapshots(account: Account, now: datetime, first: bool, row: dict[str, Any]) -> Iterator[CaseSnapshot]:  # noqa: FBT001 - bound by name
    if not concerns_us(row) and not (first and row["status"] in _GONE):
        yield _snapshot(account, row, now)


def _snapshot(account: Account, row: dict[str, Any], now: datetime) -> CaseSnapshot:
    subject, text = row.get("subject") or "", row.get("description") or ""
    named = readable(row)
    posts = [f"{before}{named[name]}" for name, before in account.settings.old_posts.items() if named.get(name)]
    links = posts + [url.rstrip(_ENDS) for part in (subject, text) for url in _URL.findall(part)]
    opened, changed = moment(row["created_at"]), moment(row["updated_at"])
    return CaseSnapshot(
        ref=str(row["id"]),
        read_at=now,
        opened_at=opened,
        last_at=max(opened, changed),
        closed_at=changed if row["status"] in _GONE else None,
        subject=subject,
        text=text,
        person_ref=str(row.get("requester_id") or ""),
        permalinks=tuple(dict.fromkeys(links)),
        url=account.address(str(row["id"])),
    )
