"""Every key of ours that stands, from the exports: first their lag is waited out, so that the latest is among it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk import texts
from adapters.zendesk.account import is_ours
from adapters.zendesk.cursors import Position
from adapters.zendesk.limits import Purpose
from adapters.zendesk.names import COMMENTS, KEY, TICKETS, comment_ref
from adapters.zendesk.people import exported
from adapters.zendesk.values import moment
from bridge.nouns import Found, Presence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.zendesk.account import Account


def keys(account: Account, name: str) -> Iterator[str]:
    """Yield the keys of all records of an object that stand, once per record."""
    _let_exports_catch_up(account)
    yield from (_comments(account) if name == COMMENTS else _records(account, name))


def _let_exports_catch_up(account: Account) -> None:
    """Wait until the exports show the ticket that changed last, anybody's: they leave out the latest minute."""
    newest_first = {"sort_by": "updated_at", "sort_order": "desc"}
    rows = account.client.get("/tickets", purpose=Purpose.DELIVER, **newest_first)["tickets"]
    if rows:
        latest = max(moment(row["updated_at"]) for row in rows)
        age = (account.surroundings.clock.now() - latest).total_seconds()
        account.client.rest(max(0.0, account.settings.export_lag - age))


def _records(account: Account, name: str) -> Iterator[str]:
    gone: list[dict[str, Any]] = []
    for row in _rows(account, name):
        key = str(row.get(KEY) or "")
        if not is_ours(key):
            continue
        account.finder.remember(name, key, str(row["id"]))
        if name == TICKETS:
            if row["status"] != "deleted":
                yield key
        elif row["active"]:
            yield key
        else:
            gone.append(row)
    merged = account.finder.survivors(gone)
    yield from (str(row[KEY]) for row in gone if str(row["id"]) in merged)


def _comments(account: Account) -> Iterator[str]:
    """Yield the keys in comments, of tickets that stand; what is seen answers look-ups of this process."""
    pages = account.client.pages("/deleted_tickets", "deleted_tickets", purpose=Purpose.DELIVER)
    deleted = {str(row["id"]) for rows in pages for row in rows}
    seen: dict[str, Found] = {}
    for event in account.finder.events(moment(0), purpose=Purpose.DELIVER):
        for child in event["child_events"]:
            said = texts.read(str(child.get("body") or ""))
            if said is None or said.corrected:
                continue
            ticket = str(event["ticket_id"])
            ref = comment_ref(ticket, said.key)
            before = seen[said.key].refs if said.key in seen else ()
            seen[said.key] = Found(Presence.FOUND, ref, (*before, ref), deleted=ticket in deleted, parent=ticket)
            if ticket not in deleted:
                yield said.key
    account.finder.exported = seen


def _rows(account: Account, name: str) -> Iterator[dict[str, Any]]:
    at = Position()
    while True:
        page = exported(account, name, at, purpose=Purpose.DELIVER)
        yield from page[name]
        before, at = at, at.moved(export=str(page["after_cursor"]))
        if page["end_of_stream"] or at == before:
            return
