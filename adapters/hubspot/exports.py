"""The first reading of a large account by an export: ordered once, fetched when it is done, read on from any row of it.

Whatever an account does otherwise than expected, the reader falls back to lists: they cost more calls and always work.
"""

from __future__ import annotations

import csv
from fnmatch import fnmatchcase
from itertools import islice
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.hubspot import paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import CONTACTS
from adapters.hubspot.values import instant
from bridge.errors import AuthError, RateLimited

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row

ROWS = 1_000
"""Rows in one page of an export."""
_ID = "Record ID"
_HOSTS = ("*.hubspot.com", "*.hubspot.net", "*.hubapi.com", "*.hubspotusercontent*.net")
_DATED = "lastmodifieddate"
"""Exports write times in the account's zone and the user's format: what is exported is as of when that was ordered."""


class Unexpected(Exception):
    """The export is not as we know exports to be."""


def worth_it(account: Account) -> bool:
    """Tell whether the account has so many contacts that an export is to be made."""
    least = account.settings.export_contacts_from
    if not least:
        return False
    found = account.client.ask(paths.objects(CONTACTS, "search"), {"limit": 1}, purpose=Purpose.CRAWL).body
    return int(found.get("total") or 0) >= least


def order(account: Account, properties: Sequence[str]) -> str:
    """Order an export; returns its number, empty where the account makes none now."""
    body = {
        "exportType": "VIEW",
        "exportName": "Casebridge: contacts",
        "format": "CSV",
        "language": "EN",
        "objectType": "CONTACT",
        "objectProperties": list(properties),
        "associatedObjectType": [],
        "exportInternalValuesOptions": ["NAMES", "VALUES"],
        "includeLabeledAssociations": False,
        "includePrimaryDisplayPropertyForAssociatedObjects": False,
        "overrideAssociatedObjectsPerDefinitionPerRowLimit": False,
    }
    try:
        return str(account.client.write(paths.EXPORTS, body, purpose=Purpose.CRAWL).body["id"])
    except (AuthError, Declined, RateLimited):
        # The key may not export, or all exports of the day are made, or another is being made.
        return ""


def result(account: Account, task: str) -> str | None:
    """Return where an export lies, None while it is being made; raises ``Unexpected`` for one that will never be done."""
    try:
        found = account.client.get(f"{paths.EXPORTS}/tasks/{task}/status", purpose=Purpose.CRAWL).body
    except Declined as declined:
        raise Unexpected from declined
    if found.get("status") in ("PENDING", "PROCESSING"):
        return None
    link = str(found.get("result") or "")
    if found.get("status") != "COMPLETE" or not is_hubspots(account, link):
        raise Unexpected
    return link


def pages(file: IO[str], properties: Sequence[str], *, after: int, at: datetime) -> Iterator[tuple[list[Row], int]]:
    """Yield the rows of an export behind the first ``after``, each page with how many rows were read by then."""
    rows = csv.DictReader(file)
    if not {_ID, *properties} <= set(rows.fieldnames or ()):
        raise Unexpected
    wanted = [name for name in properties if name != _DATED]
    rest = islice(rows, after, None)
    while some := list(islice(rest, ROWS)):
        after += len(some)
        yield [_row(each, wanted, at) for each in some], after


def _row(line: dict[str, str], properties: Sequence[str], at: datetime) -> Row:
    return {"id": line[_ID], "properties": {name: line[name] for name in properties}, "updatedAt": instant(at)}


def is_hubspots(account: Account, link: str) -> bool:
    """Tell whether a link leads to HubSpot: no other host is asked."""
    there, here = urlsplit(link), urlsplit(account.settings.base_url)
    if (there.scheme, there.netloc) == (here.scheme, here.netloc):
        return True
    return there.scheme == "https" and any(fnmatchcase(there.hostname or "", host) for host in _HOSTS)
