"""Tickets that we did not make: the open ones, each time, and those that were open before and are no more."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING

from adapters.django_helpdesk import people
from adapters.django_helpdesk.client import moment
from adapters.django_helpdesk.names import PATHS, STATUS, TICKET
from bridge.nouns import CasePage, CaseSnapshot, Cursor
from bridge.rows import each, having

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.django_helpdesk.client import Row
    from adapters.django_helpdesk.helpdesk import Helpdesk

_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_ENDS = ".,;:!?"


def pages(desk: Helpdesk, after: Cursor) -> Iterator[CasePage]:
    """Yield snapshots. There is no "changed since", but a filter by status that works."""
    before: list[str] = json.loads(after.value) if after.value else []
    seen: list[str] = []
    for rows in desk.client.forwards(PATHS[TICKET], status=",".join(map(str, desk.settings.open))):
        seen += [str(row["id"]) for row in having(rows, "id") if not row.get(desk.finder.key_field)]
        known = list(dict.fromkeys([*before, *seen]))
        cases, broken = each(rows, partial(_theirs, desk), f"{desk.surroundings.name} tickets")
        yield CasePage(cases, _cursor(known), more=known != before, broken=broken)
    closed = [_closed(desk, ref) for ref in before if ref not in seen]
    yield CasePage(tuple(closed), _cursor(seen))


def _theirs(desk: Helpdesk, row: Row) -> list[CaseSnapshot]:
    return [] if row.get(desk.finder.key_field) else [_snapshot(desk, row)]


def _closed(desk: Helpdesk, ref: str) -> CaseSnapshot:
    row = desk.finder.ticket(ref)
    now = desk.surroundings.clock.now()
    return (
        _snapshot(desk, row) if row else CaseSnapshot(ref=ref, read_at=now, opened_at=now, last_at=now, closed_at=now)
    )


def _snapshot(desk: Helpdesk, row: Row) -> CaseSnapshot:
    now = desk.surroundings.clock.now()
    times = sorted(moment(each["date"]) for each in row["followup_set"]) or [now]
    over = row[STATUS] not in desk.settings.open or row["merged_to"]
    text = row["description"] or ""
    links = [url.rstrip(_ENDS) for part in (row["title"], text) for url in _URL.findall(part)]
    return CaseSnapshot(
        ref=str(row["id"]),
        read_at=now,
        opened_at=times[0],
        last_at=times[-1],
        closed_at=times[-1] if over else None,
        subject=row["title"],
        text=text,
        person_ref=people.ref(row),
        shown=people.identifiers(row),
        permalinks=tuple(dict.fromkeys(links)),
        url=desk.url(str(row["id"])),
    )


def _cursor(refs: Sequence[str]) -> Cursor:
    return Cursor(json.dumps(refs))
