"""Write messages as comments (or correspondence) of a ticket, in order, many in one call.

What stands cannot be changed in Request Tracker: an edited message gets a comment that says how it reads now.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.request_tracker.errors import Declined
from adapters.request_tracker.looking import mark, of_custom
from adapters.request_tracker.names import COMMENT, CONTENT, DELETED, TRANSACTION, custom_name
from adapters.request_tracker.values import custom_values
from adapters.request_tracker.wording import refusal
from bridge.errors import Uncertain
from bridge.keys import short_hash
from bridge.nouns import Ended, Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.request_tracker.tracker import Tracker
    from bridge.nouns import FileContent, Outcome, Record

EDITED = "Message #{ref} was edited. It now reads:\n\n"
_PLAIN = "text/plain"

Wanted = tuple["Record", dict[str, Any]]


@dataclass(slots=True)
class Posting:
    """Messages on their way; ``done`` is told what became of each."""

    tracker: Tracker
    wanted: Mapping[int, Wanted]
    done: dict[int, Outcome]
    stopped: set[str] = field(default_factory=set)
    """Cases in which nothing more may be written now, because an earlier message may not stand."""

    def go(self) -> None:
        """Write what does not stand yet."""
        known = self.tracker.finder.messages_by_key({record.key: record.parent for record, _ in self.wanted.values()})
        cases = self.tracker.finder.tickets([record.parent for record, _ in self.wanted.values()])
        ready: list[int] = []
        for place, (record, _) in self.wanted.items():
            row = cases.get(record.parent)
            if record.key in known:
                self.done[place] = self._adopted(record, known[record.key].ref)
            elif row is None:
                self.done[place] = Refusal(f"Request Tracker has no ticket {record.parent!r}.", code="not_found")
            elif row["Status"] == DELETED:
                self.done[place] = Refusal(f"Ticket {record.parent} was deleted.", code=Ended.DELETED)
            else:
                ready.append(place)
        for kind, places in self._runs(ready):
            self._post(kind, places)

    def _adopted(self, record: Record, ref: str) -> Written:
        return Written(ref, created=False, url=self.tracker.url(record.parent))

    def _runs(self, ready: Sequence[int]) -> list[tuple[str, list[int]]]:
        """Return what goes in one call: neighbours of one kind; what has files goes alone."""
        runs: list[tuple[str, list[int]]] = []
        for place in ready:
            record, values = self.wanted[place]
            kind = str(values.get("Type") or COMMENT).lower()
            if runs and runs[-1][0] == kind and not record.files and not self.wanted[runs[-1][1][-1]][0].files:
                runs[-1][1].append(place)
            else:
                runs.append((kind, [place]))
        return runs

    def _post(self, kind: str, places: Sequence[int]) -> None:
        going = [place for place in places if self.wanted[place][0].parent not in self.stopped]
        self.done |= {place: Retry(0, "after the message before") for place in places if place not in going}
        if not going:
            return
        bodies = [_body(self.tracker, *self.wanted[place]) for place in going]
        try:
            answers = self.tracker.client.write("POST", f"tickets/bulk/{kind}", bodies).json()
        except Uncertain as error:
            self._lost(going, str(error))
            return
        written = [place for place, answer in zip(going, answers, strict=True) if _is_added(answer)]
        for place, answer in zip(going, answers, strict=True):
            if place not in written:
                self.done[place] = refusal("; ".join(str(each) for each in answer[1:]))
        self._read_back(written)

    def _lost(self, places: Sequence[int], why: str) -> None:
        self.done |= {place: Unknown(why) for place in places}
        self.stopped |= {self.wanted[place][0].parent for place in places}

    def _read_back(self, places: Sequence[int]) -> None:
        """Learn the numbers of what was written; one call for all, because the bulk call does not tell them."""
        records = {place: self.wanted[place][0] for place in places}
        found = self.tracker.finder.messages_by_key({record.key: record.parent for record in records.values()})
        for place, record in records.items():
            known = found.get(record.key)
            url = self.tracker.url(record.parent)
            self.done[place] = Written(known.ref, created=True, url=url) if known else Unknown("it cannot be read")
        self.stopped |= {record.parent for record in records.values() if record.key not in found}


def create(tracker: Tracker, wanted: Mapping[int, Wanted], done: dict[int, Outcome]) -> None:
    """Write new messages."""
    Posting(tracker, wanted, done).go()


def update(tracker: Tracker, wanted: Mapping[int, Wanted], done: dict[int, Outcome]) -> None:
    """Say below a message how it reads now; what is empty in it may be filled by its custom fields there."""
    rows = tracker.finder.messages([record.ref for record, _ in wanted.values()])
    cases = tracker.finder.tickets([str(row["ObjectId"]) for row in rows.values()])
    edits: dict[int, Edit] = {}
    for place, (record, values) in wanted.items():
        row = rows.get(record.ref)
        ticket = str(row["ObjectId"]) if row else ""
        if row is None:
            done[place] = Refusal(f"Request Tracker has no message {record.ref!r}.", code="not_found")
        elif ticket not in cases or cases[ticket]["Status"] == DELETED:
            done[place] = Refusal(f"Ticket {ticket} was deleted.", code=Ended.DELETED)
        else:
            edits[place] = _edit(record, row, values)
    stand = tracker.finder.changes({edit.change: edit.ticket for edit in edits.values() if edit.told})
    for place, edit in edits.items():
        written = Written(wanted[place][0].ref, created=False, url=tracker.url(edit.ticket))
        stands = not edit.told or edit.change in stand
        done[place] = written if stands else _said(tracker, edit, written)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is said below a message that was edited; a change is known by what it says, so that it is not said twice."""

    ticket: str
    text: str
    told: Mapping[str, Any]
    change: str


def _edit(record: Record, row: Mapping[str, Any], values: Mapping[str, Any]) -> Edit:
    stays = {CONTENT, *(name for name in record.fill_if_empty if of_custom(dict(row), custom_name(name)))}
    told = {name: value for name, value in values.items() if not (name in record.fill_if_empty and name in stays)}
    told.pop(record.key_field, None)
    reads = EDITED.format(ref=record.ref) + str(told.get(CONTENT))
    text = reads if CONTENT in told else f"Message #{record.ref}: see above."
    change = short_hash(record.key, text, *(f"{name}={told[name]}" for name in sorted(told)))
    return Edit(str(row["ObjectId"]), text, told, change)


def _said(tracker: Tracker, edit: Edit, written: Written) -> Outcome:
    try:
        post(tracker, edit.ticket, edit.text, edit.change, custom_values(edit.told))
    except Uncertain as error:
        return Unknown(str(error))
    except Declined as declined:
        return declined.refusal
    return written


def comment(tracker: Tracker, ticket: str, text: str, change: str) -> None:
    """Write an internal comment of our own under the key of a change, once."""
    if change not in tracker.finder.changes({change: ticket}):
        post(tracker, ticket, text, change, {})


def post(tracker: Tracker, ticket: str, text: str, change: str, custom: Mapping[str, Any]) -> None:
    """Write such a comment, whether it stands or not."""
    fields = {tracker.settings.change_field: change, **custom}
    body = {CONTENT: text, "ContentType": _PLAIN, "Subject": mark(change), "TxnCustomFields": fields}
    tracker.client.write("POST", f"ticket/{ticket}/comment", body)


def _body(tracker: Tracker, record: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    custom = custom_values(values)
    if record.key_field and record.key_field in tracker.schemas.of(TRANSACTION).fields:
        custom[custom_name(record.key_field)] = record.key
    body = {
        "id": record.parent,
        CONTENT: values[CONTENT],
        "ContentType": _PLAIN,
        "Subject": mark(record.key),
        "TimeTaken": values.get("TimeTaken", 0),
        "TxnCustomFields": custom,
    }
    return {**body, "Attachments": [_attached(each) for each in record.files]} if record.files else body


def _attached(file: FileContent) -> dict[str, str]:
    content = base64.b64encode(Path(file.path).read_bytes()).decode()
    return {
        "FileName": file.name or file.key,
        "FileType": file.mime or "application/octet-stream",
        "FileContent": content,
    }


def _is_added(answer: Sequence[Any]) -> bool:
    """Tell whether a bulk answer, a number and what was said, tells of a message that stands."""
    return len(answer) > 1 and str(answer[1]).startswith(("Comments added", "Correspondence added"))
