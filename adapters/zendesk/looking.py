"""Look records up by our key: external ids are read from the database, never from the search index.

Look-ups show what stands. What was deleted or merged is known by its id, if this process wrote it or met it in an export.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.zendesk import texts
from adapters.zendesk.errors import Declined
from adapters.zendesk.exporting import Shown
from adapters.zendesk.limits import Purpose
from adapters.zendesk.names import COMMENTS, FOLLOW_UP, MERGED, TICKETS, USERS, chunks, comment_ref
from adapters.zendesk.patience import Patience
from adapters.zendesk.values import moment, readable
from bridge.errors import Transient
from bridge.nouns import Found, Presence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from adapters.zendesk.client import Client
    from adapters.zendesk.settings import ZendeskSettings
    from bridge.clock import Clock

Row = dict[str, Any]
_REMEMBERED = 50_000
_INTO = re.compile(r"merged into request #(\d+)")
_AROUND = 120
"""Seconds before a user's deletion within which the tickets of a merged user went to the survivor."""


class Finder:
    """Looks in one account."""

    def __init__(self, client: Client, settings: ZendeskSettings, clock: Clock) -> None:
        """Know nothing yet."""
        self._client, self._settings = client, settings
        self._shown = Shown(client, settings, clock)
        self._refs: OrderedDict[tuple[str, str], str] = OrderedDict()
        self.exported: dict[str, Found] = {}
        """Messages that an export has just shown, by our key."""

    def remember(self, name: str, key: str, ref: str) -> None:
        """Remember under which id a key stands."""
        self._refs[name, key] = ref
        if len(self._refs) > _REMEMBERED:
            self._refs.popitem(last=False)

    def met(self, name: str, keys: Iterable[str]) -> dict[str, Found]:
        """Look up those of our keys that this process has met before: only these could it deliver twice unasked."""
        known = {key: ref for key in keys if (ref := self._refs.get((name, key)))}
        if name == COMMENTS:
            return {key: Found(Presence.FOUND, ref, (ref,)) for key, ref in known.items()}
        return self._by_ref(name, known)

    def find(self, name: str, keys: Mapping[str, str], since: datetime | None = None) -> dict[str, Found]:
        """Return what is known of our keys; those that are nowhere are left out.

        Where every key takes a call of its own, what the exports show ``since`` they were written is taken from there, and
        what a call failed for is unsure.
        """
        if name == COMMENTS:
            return self._comments(keys, since)
        found = self._by_ref(name, {key: ref for key in keys if (ref := self._refs.get((name, key)))})
        left = [key for key in keys if key not in found]
        found |= self._users(left) if name == USERS else self._tickets(left, since)
        for key, each in found.items():
            if each.ref:
                self.remember(name, key, each.ref)
        return found

    def rows(self, name: str, refs: Iterable[str], *, purpose: Purpose = Purpose.DELIVER) -> dict[str, Row]:
        """Return records by id; of tickets those that stand, of users also those that were deleted."""
        decimal = [ref for ref in dict.fromkeys(refs) if ref.isdecimal()]
        found: dict[str, Row] = {}
        for part in chunks(decimal):
            shown = self._client.get(f"/{name}/show_many", ids=",".join(part), purpose=purpose)[name]
            found |= {str(row["id"]): row for row in shown}
        return found

    def comments(self, ticket: str, *, purpose: Purpose = Purpose.DELIVER) -> list[Row]:
        """Return the comments of a ticket, oldest first; raises ``Declined`` for one that is not there."""
        pages = self._client.pages(f"/tickets/{ticket}/comments", "comments", purpose=purpose)
        return [row for page in pages for row in page]

    def merged_into(self, ticket: Row, *, purpose: Purpose = Purpose.DELIVER) -> str:
        """Return the ticket that stands for one that was merged or followed up, empty for one that stands for itself."""
        if ticket["status"] == "closed" and MERGED not in (ticket.get("tags") or ()):
            return self.follow_up_of(str(ticket["id"]))
        if MERGED not in (ticket.get("tags") or ()):
            return ""
        for comment in reversed(self.comments(str(ticket["id"]), purpose=purpose)):
            winner = merge_in(comment)
            if winner:
                return winner
        return ""

    def follow_up_of(self, ticket: str) -> str:
        """Return the latest follow-up of ours to a ticket, empty for none."""
        latest = ""
        while ticket:
            rows = self._client.get("/tickets", external_id=f"{FOLLOW_UP}{ticket}", purpose=Purpose.DELIVER)["tickets"]
            found = min(rows, key=lambda row: int(row["id"])) if rows else None
            latest = str(found["id"]) if found else latest
            ticket = latest if found and found["status"] == "closed" else ""
        return latest

    def survivors(self, users: Collection[Row], *, purpose: Purpose = Purpose.DELIVER) -> dict[str, str]:
        """Return for deleted users who were merged the survivor: the one who has become the requester of their tickets.

        Zendesk tells in no other way into whom a user was merged.
        """
        gone = {str(user["id"]) for user in users}
        if not gone:
            return {}
        since = min(moment(user["updated_at"]) for user in users)
        into: dict[str, str] = {}
        for event in self.events(since, purpose=purpose):
            for child in event["child_events"]:
                before = str(child.get("previous_value") or "")
                if "requester_id" in child and before in gone:
                    into[before] = str(child["requester_id"])
        return into

    def events(self, since: datetime, *, purpose: Purpose) -> Iterable[Row]:
        """Yield ticket events from shortly before a time on."""
        start = max(int(since.timestamp()) - _AROUND, 1)
        while True:
            page = self._client.export("ticket_events", start_time=start, include="comment_events", purpose=purpose)
            yield from page["ticket_events"]
            if page.get("end_of_stream", True) or page["end_time"] <= start:
                return
            start = page["end_time"]

    def _by_ref(self, name: str, refs: Mapping[str, str]) -> dict[str, Found]:
        rows = self.rows(name, refs.values())
        if name == TICKETS:
            return {key: self._ticket(ref, rows.get(ref)) for key, ref in refs.items()}
        gone = [row for ref in refs.values() if (row := rows.get(ref)) and not row["active"]]
        into = self.survivors(gone)
        return {key: _user(ref, rows.get(ref), into.get(ref, "")) for key, ref in refs.items()}

    def _ticket(self, ref: str, row: Row | None) -> Found:
        if row is None or row["status"] == "deleted":
            return Found(Presence.FOUND, ref, (ref,), deleted=True)
        return Found(Presence.FOUND, ref, (ref,), merged_into=self.merged_into(row), fields=readable(row))

    def _users(self, keys: list[str]) -> dict[str, Found]:
        found: dict[str, Found] = {}
        for part in chunks(keys):
            shown = self._client.get("/users/show_many", external_ids=",".join(part), purpose=Purpose.DELIVER)["users"]
            by_key = {str(row["external_id"]).casefold(): row for row in shown if row["active"]}
            found |= {key: _user(str(by_key[key]["id"]), by_key[key], "") for key in part if key in by_key}
        return found

    def _tickets(self, keys: list[str], since: datetime | None) -> dict[str, Found]:
        """Look tickets up one by one: there is no call for many external ids. They are not unique."""

        def look(key: str) -> dict[str, Found]:
            rows = self._client.get("/tickets", external_id=key, purpose=Purpose.DELIVER)["tickets"]
            ours = [row for row in rows if str(row["external_id"]).casefold() == key]
            return {key: self._first(ours)} if ours else {}

        shown = self._shown.tickets(keys, since)
        found = {key: self._first(rows) for key, rows in shown.items()}
        return found | _each({key: (key,) for key in keys if key not in found}, look)

    def _first(self, rows: list[Row]) -> Found:
        first = min(rows, key=lambda row: int(row["id"]))
        found = self._ticket(str(first["id"]), first)
        return replace(found, refs=tuple(sorted((str(row["id"]) for row in rows), key=int)))

    def _comments(self, keys: Mapping[str, str], since: datetime | None) -> dict[str, Found]:
        found = {key: self.exported[key] for key in keys if key in self.exported}
        remembered = {key: self._refs.get((COMMENTS, key), "") for key in keys}
        found |= {
            key: Found(Presence.FOUND, ref, (ref,), parent=keys[key])
            for key, ref in remembered.items()
            if key not in found and ref == comment_ref(keys[key], key)
        }
        left = {key: case for key, case in keys.items() if key not in found}
        shown = messages(self._shown.comments(left.values(), since))
        found |= {key: _message(case, key, rows) for key, case in left.items() if (rows := shown.get(key))}
        cases: dict[str, set[str]] = {}
        for key, case in keys.items():
            if key not in found and case.isdecimal():
                cases.setdefault(case, set()).add(key)

        def look(case: str) -> dict[str, Found]:
            try:
                standing = messages(self.comments(case))
            except Declined as declined:
                if not declined.problem.missing:
                    raise
                return {}
            return {key: _message(case, key, standing[key]) for key in cases[case] & standing.keys()}

        return found | _each(cases, look)


def _each(places: Mapping[str, Collection[str]], look: Callable[[str], dict[str, Found]]) -> dict[str, Found]:
    """Look at one place after the other, each with the keys that are wanted there.

    What a look that failed was for is unsure, and all the rest after a limit or where nothing answers. Raises if nothing did.
    """
    found: dict[str, Found] = {}
    patience, answered = Patience(), 0
    for number, place in enumerate(places):
        try:
            found |= look(place)
        except Transient as trouble:
            last = patience.ends(trouble) or number == len(places) - 1
            if last and not answered:
                raise
            unsure = list(places)[number:] if last else [place]
            found |= {key: Found(Presence.UNSURE) for one in unsure for key in places[one]}
            if last:
                break
        else:
            answered += 1
            patience.restored()
    return found


def merge_in(comment: Row) -> str:
    """Return the ticket into which the ticket of a comment was merged, if that is what the comment tells."""
    source = ((comment.get("via") or {}).get("source") or {}) if isinstance(comment.get("via"), dict) else {}
    if source.get("rel") != "merge":
        return ""
    told = (source.get("from") or {}).get("ticket_id")
    found = _INTO.search(str(comment.get("body") or ""))
    return str(told) if told else found[1] if found else ""


def messages(comments: Iterable[Row]) -> dict[str, list[tuple[Row, texts.Said]]]:
    """Return the messages of ours among comments: key → comments, corrections included, oldest first."""
    found: dict[str, list[tuple[Row, texts.Said]]] = {}
    for row in comments:
        said = texts.read(str(row.get("body") or ""))
        if said is not None:
            found.setdefault(said.key, []).append((row, said))
    return found


def _message(case: str, key: str, rows: list[tuple[Row, texts.Said]]) -> Found:
    originals = [row for row, said in rows if not said.corrected]
    latest = rows[-1][1]
    ref = comment_ref(case, key)
    fields = {
        "body": latest.body,
        "public": bool(rows[0][0]["public"]),
        **({"link": latest.link} if latest.link else {}),
    }
    return Found(Presence.FOUND, ref, (ref,) * max(len(originals), 1), fields=fields, parent=case)


def _user(ref: str, row: Row | None, winner: str) -> Found:
    if row is None or not row["active"]:
        return Found(Presence.FOUND, ref, (ref,), deleted=not winner, merged_into=winner)
    return Found(Presence.FOUND, ref, (ref,), fields=readable(row))
