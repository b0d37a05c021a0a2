"""Records of any object: read in batches by id or unique property, search what changed, list all or the deleted."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from adapters.hubspot import paths
from adapters.hubspot.errors import WAITS, Declined
from adapters.hubspot.limits import BATCH, Purpose
from adapters.hubspot.names import modified
from adapters.hubspot.values import milliseconds, moment
from bridge.errors import RateLimited, Transient
from bridge.rows import each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.hubspot.client import Client, Reply

Row: TypeAlias = dict[str, Any]
"""A record as HubSpot gives it: id, properties, createdAt, updatedAt, archived."""

WITH_HISTORY = 50
"""Most records of a batch that is read with the history of properties."""
SEARCHED = 10_000
"""Most results of one search, whatever its pages."""
_PAGE, _SEARCH_PAGE = 100, 200
_BETWEEN_SEARCHES = 0.25
"""Seconds: an account searches four times a second at most."""
_PATIENCE = 5
"""How often to wait among others: giving up at once would never end beside a busy neighbour."""


def chunks(items: Iterable[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """Cut into lists of at most ``size``."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def read(
    client: Client,
    name: str,
    ids: Iterable[str],
    properties: Sequence[str],
    *,
    by: str = "",
    history: Sequence[str] = (),
    purpose: Purpose = Purpose.DELIVER,
) -> list[Row]:
    """Return the records that are there of ``ids`` (or of values of the unique property ``by``), in no order."""
    found: list[Row] = []
    for some in chunks(dict.fromkeys(ids), WITH_HISTORY if history else BATCH):
        body: dict[str, Any] = {"inputs": [{"id": one} for one in some], "properties": list(properties)}
        body["propertiesWithHistory"] = list(history)
        if by:
            body["idProperty"] = by
        try:
            reply = client.ask(paths.objects(name, "batch", "read"), body, purpose=purpose)
        except Declined as declined:
            if declined.problem.missing:
                continue
            raise
        found += reply.results
    return found


def changed(
    client: Client,
    name: str,
    since: datetime,
    properties: Sequence[str],
    filters: Sequence[Mapping[str, Any]] = (),
    *,
    purpose: Purpose = Purpose.CRAWL,
) -> Iterator[list[Row]]:
    """Search what changed since a time, oldest change first; searches lag, so callers look back over an overlap."""
    stamp, seen = modified(name), 0
    body: dict[str, Any] = {
        "sorts": [{"propertyName": stamp, "direction": "ASCENDING"}],
        "properties": [*properties, stamp],
        "limit": _SEARCH_PAGE,
    }
    after = ""
    while True:
        newer = {"propertyName": stamp, "operator": "GTE", "value": str(milliseconds(since))}
        body["filterGroups"] = [{"filters": [newer, *filters]}]
        asked = {**body, "after": after} if after else body
        reply = _searched(client, name, asked, purpose)
        rows, after = reply.results, reply.after
        seen += len(rows)
        if rows:
            yield rows
        if not after:
            return
        client.rest(_BETWEEN_SEARCHES)
        if seen + _SEARCH_PAGE > SEARCHED:
            last = newest(rows, stamp, since)
            if last <= since:
                message = f"More than {SEARCHED} {name} changed within one millisecond; HubSpot's search shows no more."
                raise Transient(message)
            since, seen, after = last, 0, ""


def _searched(client: Client, name: str, body: Mapping[str, Any], purpose: Purpose) -> Reply:
    """Search; where others use up the searches of this second, ask again in the next."""
    search = paths.objects(name, "search")
    return patiently(client, lambda: client.ask(search, body, purpose=purpose), longest=WAITS["SECONDLY"])


def patiently(client: Client, ask: Callable[[], Reply], *, longest: float = WAITS["TEN_SECONDLY_ROLLING"]) -> Reply:
    """Ask, and wait out limits of so many seconds at most, a few times: long readings meet them again and again."""
    for _ in range(_PATIENCE):
        try:
            return ask()
        except RateLimited as limit:
            if limit.retry_after > longest:
                raise
            client.rest(limit.retry_after)
    return ask()


def listed(
    client: Client,
    name: str,
    properties: Sequence[str],
    *,
    after: str = "",
    archived: bool = False,
    purpose: Purpose = Purpose.CRAWL,
) -> Iterator[tuple[list[Row], str]]:
    """List all records by id (or those in the recycle bin), page by page, each with where the next begins."""
    while True:
        query: dict[str, str | int] = {"limit": _PAGE, "properties": ",".join(properties)}
        query |= {"archived": "true"} if archived else {}
        query |= {"after": after} if after else {}
        reply = patiently(client, partial(client.get, paths.objects(name), purpose=purpose, **query))
        after = reply.after
        yield reply.results, after
        if not after:
            return


def archived_since(
    client: Client,
    name: str,
    since: datetime | None,
    properties: Sequence[str],
    *,
    purpose: Purpose = Purpose.CRAWL,
) -> list[Row]:
    """Return the records that were deleted since a time: searches never show them."""
    pages = listed(client, name, properties, archived=True, purpose=purpose)
    rows = [row for page, _ in pages for row in page]
    return [row for row in rows if since is None or gone_at(row) >= since]


def newest(rows: Sequence[Row], stamp: str, since: datetime) -> datetime:
    """Return when the newest of some rows changed, by a property; not before ``since``, which stands where none tells it."""
    times, _ = each(rows, lambda row: [moment(row["properties"][stamp])], "")
    return max((since, *times))


def gone_at(row: Row) -> datetime:
    """Return when a record was deleted."""
    return moment(row.get("archivedAt") or row.get("updatedAt") or row["createdAt"])


def merged_ids(row: Row, property_name: str) -> list[str]:
    """Return the ids of the records that were merged into this one."""
    return [one for one in str(row["properties"].get(property_name) or "").split(";") if one and one != row["id"]]
