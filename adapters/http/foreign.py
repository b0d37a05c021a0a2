"""Cases that we did not make, as dated snapshots: at first the open ones, later all that changed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.http import people, taking
from adapters.http.cursors import EPOCH, Position
from bridge.nouns import CasePage, CaseSnapshot, Thing
from bridge.rows import each

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import Broken, Cursor

_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_ENDS = ".,;:!?"


def pages(tool: Tool, after: Cursor) -> Iterator[CasePage]:
    """Yield pages of snapshots; the cursor moves when all were read."""
    now, at = tool.client.now(), Position.read(after)
    first = not after.value
    back = EPOCH if first else at.since - timedelta(seconds=tool.settings.overlap_seconds)
    for view in tool.of(Thing.CASE):
        for rows in tool.changed(view, back):
            found, broken = _snapshots(tool, view, rows, now)
            kept = tuple(one for one in found if not (first and one.closed_at))
            if kept or broken:
                yield CasePage(kept, at.cursor(), broken=broken)
        for rows in tool.changed(view, back, what="gone") if not first else ():
            found, broken = _snapshots(tool, view, rows, now, gone=True)
            yield CasePage(found, at.cursor(), broken=broken)
    yield CasePage((), at.moved(since=now).cursor())


def _snapshots(
    tool: Tool, view: View, rows: list[Any], now: datetime, *, gone: bool = False
) -> tuple[tuple[CaseSnapshot, ...], tuple[Broken, ...]]:
    def read(row: Any) -> Iterator[CaseSnapshot]:  # noqa: ANN401 - any JSON
        if not view.key(row):
            yield _snapshot(tool, view, row, now, gone=gone)

    return each(rows, read, tool.told_of(view))


def _snapshot(tool: Tool, view: View, row: Any, now: datetime, *, gone: bool = False) -> CaseSnapshot:  # noqa: ANN401 - any JSON
    reads = view.says.reads
    ref, there = view.known_ref(row), tool.standing(view, row)
    changed = taking.moment(reads.at, row) or now
    opened = taking.moment(reads.created_at, row) or changed
    closed = gone or there.ended or taking.truth(reads.closed, row) or taking.text(reads.status, row) == "closed"
    subject, text = taking.text(reads.subject, row), view.text(row)
    links = [url.rstrip(_ENDS) for part in (subject, text) for url in _URL.findall(part)]
    return CaseSnapshot(
        ref=ref,
        read_at=now,
        opened_at=opened,
        last_at=max(opened, changed),
        closed_at=(taking.moment(reads.closed_at, row) or changed) if closed else None,
        subject=subject,
        text=text,
        person_ref=taking.text(reads.person, row),
        shown=people.shown(view, row),
        permalinks=tuple(dict.fromkeys(links)),
        url=view.url(ref),
    )
