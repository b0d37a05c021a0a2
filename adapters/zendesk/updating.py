"""Later deliveries of users and tickets: by id, after a look at what stands there. Only what differs is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.zendesk.names import DONE, TICKETS, USERS
from adapters.zendesk.sending import MANY
from adapters.zendesk.values import readable
from bridge.nouns import Ended, Refusal, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.zendesk.rendering import Wanted
    from adapters.zendesk.sending import Sending
    from bridge.nouns import Outcome

_ONE = {USERS: "user", TICKETS: "ticket"}


class Update:
    """Updates records of one object and notes what became of them with whoever sends."""

    def __init__(self, sending: Sending) -> None:
        """Update for one sending."""
        self._sending, self._account = sending, sending.account

    def do(self, ready: Sequence[Wanted]) -> None:
        """Update what is there and differs. Raises what stops all of it."""
        if not ready:
            return
        rows = self._account.finder.rows(self._sending.name, [each.ref for each in ready])
        gone = [row for row in rows.values() if self._sending.name == USERS and not row["active"]]
        survivors = self._account.finder.survivors(gone)
        changed = []
        for each in ready:
            ended = self._ended(each.ref, rows.get(each.ref), survivors)
            if ended is not None:
                self._sending.note(each, ended)
                continue
            fields = _changed(each, rows[each.ref])
            if fields:
                changed.append(replace(each, fields=fields))
            else:
                self._sending.note(each, Written(each.ref, created=False))
        self._send(changed)

    def _send(self, changed: Sequence[Wanted]) -> None:
        name, client = self._sending.name, self._account.client
        if len(changed) < MANY:
            self._sending.one_by_one(changed, self._one)
            return
        ids = {each.key: int(each.ref) for each in changed}

        def call(bodies: list[dict[str, Any]]) -> dict[str, Any]:
            return client.write("PUT", f"/{name}/update_many", {name: bodies})

        self._sending.as_job([_with_id(each, ids[each.key]) for each in changed], call)

    def _one(self, each: Wanted) -> Outcome:
        name = self._sending.name
        self._account.client.write("PUT", f"/{name}/{each.ref}", {_ONE[name]: self._sending.body(each)})
        return Written(each.ref, created=False)

    def _ended(self, ref: str, row: Mapping[str, Any] | None, survivors: Mapping[str, str]) -> Refusal | None:
        """Return why a record takes no update any more."""
        if not ref.isdecimal():
            return Refusal(f"Zendesk has no record {ref}", code="not_found")
        if row is None or row.get("status") == "deleted":
            return Refusal(f"{ref} was deleted in Zendesk", code=Ended.DELETED)
        if self._sending.name == USERS:
            winner = survivors.get(ref, "")
            if row["active"]:
                return None
            code = Ended.MERGED if winner else Ended.DELETED
            return Refusal(f"{ref} was {f'merged into {winner}' if winner else 'deleted'} in Zendesk", code=code)
        winner = self._account.finder.merged_into(dict(row)) if row["status"] in DONE else ""
        return Refusal(f"{ref} was merged into {winner} in Zendesk", code=Ended.MERGED) if winner else None


def _with_id(each: Wanted, number: int) -> Wanted:
    return replace(each, fields={**each.fields, "id": number})


def _changed(each: Wanted, row: dict[str, Any]) -> dict[str, Any]:
    present = readable(row)
    return {
        name: value
        for name, value in each.fields.items()
        if not (name in each.record.fill_if_empty and present.get(name)) and not _same(present.get(name), value)
    }


def _same(present: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return sorted(map(str, wanted)) == sorted(map(str, present if isinstance(present, list) else ()))
    if present in (None, "") or wanted in (None, ""):
        return present in (None, "") and wanted in (None, "")
    return str(present) == str(wanted)
