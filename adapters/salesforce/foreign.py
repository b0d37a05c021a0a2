"""Cases that Casebridge did not make, as dated snapshots."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from simple_salesforce.format import format_soql

from adapters.salesforce.looking import by_field
from adapters.salesforce.people import OVERLAP, Position, newest, parsed, shown, stamp
from adapters.salesforce.personas import posts_of
from bridge.nouns import CasePage, CaseSnapshot
from bridge.rows import sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.salesforce.org import Org
    from adapters.salesforce.personas import Post
    from bridge.nouns import Cursor

READ = ("Subject", "Description", "ContactId", "AccountId", "SuppliedEmail", "SuppliedPhone")
"""Fields of cases that rights may hide from us."""
_ALWAYS = ("Id", "IsDeleted", "MasterRecordId", "CaseNumber", "IsClosed", "ClosedDate")
_STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
_SAYING: Mapping[str, tuple[str, str]] = {
    "CaseComment": ("ParentId", "CommentBody"),
    "EmailMessage": ("ParentId", "TextBody"),
}
"""Object → its field for the case, and its words."""
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
FIRST = "open"
"""Marks a cursor within the first reading, which knows open cases only and goes back to its beginning at the end."""
_ENDS = ".,;:!?"
"""What follows an address in a sentence is no part of it."""


def pages(org: Org, after: Cursor, instance: str) -> Iterator[CasePage]:
    """Yield cases without our key that changed since the cursor; from the beginning only those that are open."""
    now = org.client.clock.now()
    position = Position.of(after)
    first = not position.since or bool(position.job)
    began = position.locator or stamp(now - OVERLAP)
    since = format_soql("SystemModstamp >= {:literal}", position.since) if position.since else ""
    where = " AND ".join(filter(None, ("IsClosed = false" if first else "", since)))
    key = org.key_field("Case")
    names = ", ".join([*_ALWAYS, *READ, *_STAMPS, key])
    soql = f"SELECT {names} FROM Case WHERE {where} ORDER BY SystemModstamp, Id"  # noqa: S608 - names of the schema
    for rows in org.client.pages(soql, deleted=not first):

        def alone(row: Mapping[str, Any]) -> list[CaseSnapshot]:
            return [] if row[key] else [_snapshot(org, row, (), (), now)]

        foreign, broken = sound(rows, alone, f"{instance} Case")
        texts = _texts(org, foreign)
        posts = posts_of(org, [row["Id"] for row in foreign])
        if foreign or broken:
            reached = newest(rows, position.since)
            cursor = (Position(reached, FIRST, began) if first else Position(reached)).cursor()
            snapshots = tuple(
                _snapshot(org, row, texts.get(row["Id"], []), posts.get(row["Id"], []), now) for row in foreign
            )
            yield CasePage(snapshots, cursor, more=True, broken=broken)
    yield CasePage((), Position(began if first else max(position.since, began)).cursor())


def _texts(org: Org, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """Return what was said in cases: times and texts of comments and mails."""
    said: dict[str, list[tuple[str, str]]] = defaultdict(list)
    refs = [row["Id"] for row in rows]
    for name, (parent, body) in _SAYING.items():
        if refs and org.has(name):
            for row in by_field(org, name, [parent, body, "CreatedDate"], parent, refs):
                said[row[parent]].append((row["CreatedDate"], row[body] or ""))
    return said


def _snapshot(
    org: Org, row: Mapping[str, Any], said: Sequence[tuple[str, str]], posts: Sequence[Post], read_at: datetime
) -> CaseSnapshot:
    texts = [row["Description"] or "", *(text for _, text in said), *(post.url for post in posts)]
    whose = [row["AccountId" if org.person == "Account" else "ContactId"] or "", *(post.person for post in posts)]
    person = next(filter(None, whose), "")
    named = [url.rstrip(_ENDS) for text in texts for url in _URL.findall(text)]
    ended = row["ClosedDate"] or row["LastModifiedDate"]
    return CaseSnapshot(
        ref=row["Id"],
        read_at=read_at,
        opened_at=parsed(row["CreatedDate"]),
        last_at=max(parsed(at) for at in [row["CreatedDate"], *(at for at, _ in said), *(post.at for post in posts)]),
        closed_at=parsed(ended) if row["IsClosed"] or row["IsDeleted"] or row["MasterRecordId"] else None,
        subject=row["Subject"] or "",
        text=row["Description"] or "",
        person_ref=person,
        shown=() if person else shown({"Email": row["SuppliedEmail"], "Phone": row["SuppliedPhone"]}, {}),
        permalinks=tuple(dict.fromkeys([*named, *(post.key for post in posts if post.key)])),
        url=org.client.link("Case", row["Id"]),
    )
