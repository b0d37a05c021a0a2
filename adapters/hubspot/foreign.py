"""Tickets that we did not make, as dated snapshots: at first the open ones, later all that changed, closed or went."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.hubspot import objects
from adapters.hubspot.cursors import Position
from adapters.hubspot.limits import Purpose
from adapters.hubspot.links import link
from adapters.hubspot.names import CONTACTS, READ, TICKETS
from adapters.hubspot.values import as_text, moment
from bridge.nouns import CasePage, CaseSnapshot
from bridge.rows import each, having

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row
    from bridge.nouns import Broken, Cursor

_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_ENDS = ".,;:!?"
_STAGES = 100
"""Most stages that a search names: its body must stay below 3,000 characters."""


def pages(account: Account, after: Cursor) -> Iterator[CasePage]:
    """Yield pages of snapshots, oldest change first."""
    now = account.surroundings.clock.now()
    at = Position.read(after)
    first = not after.value
    key = account.key_field(TICKETS)
    filters = [{"propertyName": key, "operator": "NOT_HAS_PROPERTY"}]
    stages = account.schemas.stages
    opened = [stage for stage, closed in stages.items() if not closed]
    if first and len(opened) <= _STAGES:
        filters.append({"propertyName": "hs_pipeline_stage", "operator": "IN", "values": opened})  # type: ignore[dict-item]  # a list of values
    back = timedelta(seconds=0 if first else account.settings.overlap_seconds)
    wanted = [*dict.fromkeys([*READ[TICKETS], *account.settings.post_properties])]
    for rows in objects.changed(account.client, TICKETS, at.since - back, wanted, filters):
        before, at = at, at.moved(since=objects.newest(rows, "hs_lastmodifieddate", at.since))
        cases, broken = _snapshots(account, rows, now, first=first)
        yield CasePage(cases, at.cursor(), more=at != before, broken=broken)
    yield _gone(account, at.moved(since=now if first else max(at.since, now - back)), now, first=first)


def _gone(account: Account, at: Position, now: datetime, *, first: bool) -> CasePage:
    """Tell which were deleted: searches do not show it."""
    if first:
        return CasePage((), at.moved(listed=now).cursor())
    if at.listed is not None and now - at.listed < timedelta(minutes=account.settings.deletions_minutes):
        return CasePage((), at.cursor())
    key = account.key_field(TICKETS)
    rows = objects.archived_since(account.client, TICKETS, at.listed, [*READ[TICKETS], key])
    theirs = [row for row in rows if not row["properties"].get(key)]
    snapshots = tuple(_snapshot(account, row, (), now, closed_at=objects.gone_at(row)) for row in theirs)
    return CasePage(snapshots, at.moved(listed=now).cursor())


def _snapshots(
    account: Account, rows: list[Row], now: datetime, *, first: bool
) -> tuple[tuple[CaseSnapshot, ...], tuple[Broken, ...]]:
    """Return tickets, the first time only those that are open, and those that cannot be read."""
    people = account.associations.of(TICKETS, CONTACTS, [row["id"] for row in having(rows, "id")], Purpose.CRAWL)
    stages = account.schemas.stages

    def read(row: Row) -> Iterator[CaseSnapshot]:
        closed = _closed_at(row["properties"], stages)
        if not (first and closed):
            yield _snapshot(account, row, people.get(row["id"], ()), now, closed_at=closed)

    return each(rows, read, f"{account.surroundings.name} tickets")


def _snapshot(
    account: Account, row: Row, people: list[str] | tuple[str, ...], now: datetime, *, closed_at: datetime | None
) -> CaseSnapshot:
    properties = row["properties"]
    subject, text = properties.get("subject") or "", as_text(properties.get("content") or "")
    links = [url.rstrip(_ENDS) for part in (subject, text) for url in _URL.findall(part)]
    links += filter(None, (str(properties.get(name) or "").strip() for name in account.settings.post_properties))
    opened = moment(properties.get("createdate") or row["createdAt"])
    return CaseSnapshot(
        ref=row["id"],
        read_at=now,
        opened_at=opened,
        last_at=max(opened, moment(properties.get("hs_lastmodifieddate") or row["updatedAt"])),
        closed_at=closed_at,
        subject=subject,
        text=text,
        person_ref=people[0] if people else "",
        permalinks=tuple(dict.fromkeys(links)),
        url=link(account.client, TICKETS, row["id"]),
    )


def _closed_at(properties: Mapping[str, str], stages: Mapping[str, bool]) -> datetime | None:
    if not stages.get(properties.get("hs_pipeline_stage") or "", False):
        return None
    return moment(properties.get("closed_date") or properties["hs_lastmodifieddate"])
