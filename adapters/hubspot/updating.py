"""Later deliveries: by id, after a look at what stands there. Only what differs is written; what is gone is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.hubspot import attaching, paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import CONTACT, CONTACTS, FILES
from adapters.hubspot.values import same
from bridge.errors import Uncertain
from bridge.nouns import Ended, Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row
    from adapters.hubspot.rendering import Wanted
    from bridge.nouns import Outcome


class Update:
    """Updates records of one object; ``done`` holds what became of each key so far."""

    def __init__(self, account: Account, name: str) -> None:
        """Update in one account."""
        self._account, self._name = account, name
        self.done: dict[str, Outcome] = {}

    def do(self, ready: Sequence[Wanted]) -> None:
        """Update what is there and differs. Raises what stops all of it."""
        refs = [each.record.ref for each in ready if each.record.ref.isdecimal()]
        needed = dict.fromkeys(name for each in ready for name in each.properties)
        rows = self._account.finder.survivors(self._name, refs, needed) if refs else {}
        gone = {ref for ref in refs if ref not in rows and self._account.finder.deleted(self._name, ref)}
        changes: dict[str, dict[str, str]] = {}
        there: list[Wanted] = []
        for each in ready:
            ref, row = each.record.ref, rows.get(each.record.ref)
            if row is None or row["id"] != ref:
                self.done[each.trace] = _ended(ref, row, deleted=ref in gone)
                continue
            changed = self._changed(each, row)
            if isinstance(changed, (Refusal, Retry)):
                self.done[each.trace] = changed
                continue
            there.append(each)
            if changed:
                changes[each.trace] = changed
        self._send({each.trace: each for each in there}, changes)
        self._associate([each for each in there if isinstance(self.done.get(each.trace), Written)])

    def _changed(self, each: Wanted, row: Row) -> dict[str, str] | Refusal | Retry:
        """Return what differs, or what becomes of a record whose files are not taken."""
        present, fields = row["properties"], self._account.schemas.of(self._name).fields
        changed = {
            name: value
            for name, value in each.properties.items()
            if not (name in each.record.fill_if_empty and present.get(name))
            and not same(fields.get(name), present.get(name), value)
        }
        attached = [file for file in (present.get(FILES) or "").split(";") if file]
        if len(attached) < len(each.record.files):
            fresh = attaching.brought(self._account.client, each.trace, each.record.files)
            if not isinstance(fresh, list):
                return fresh
            changed[FILES] = ";".join(dict.fromkeys([*attached, *fresh]))
        return changed

    def _send(self, there: Mapping[str, Wanted], changes: Mapping[str, dict[str, str]]) -> None:
        self.done |= {
            trace: Written(each.record.ref, created=False) for trace, each in there.items() if trace not in changes
        }
        if not changes:
            return
        inputs = [
            {"id": there[trace].record.ref, "properties": changed, "objectWriteTraceId": trace}
            for trace, changed in changes.items()
        ]
        try:
            reply = self._account.client.write(paths.objects(self._name, "batch", "update"), {"inputs": inputs})
        except Declined as declined:
            self._declined(there, changes, declined)
            return
        except Uncertain as lost:
            self.done |= {trace: Unknown(str(lost)) for trace in changes}
            raise
        ref_of = {there[trace].record.ref: trace for trace in changes}
        for row in reply.results:
            if row["id"] in ref_of:
                self.done[ref_of[row["id"]]] = Written(row["id"], created=False)
        for problem in reply.problems:
            trace = problem.trace or next((ref_of[ref] for ref in problem.ids if ref in ref_of), "")
            if trace in changes:
                self.done[trace] = problem.outcome()

    def _declined(self, there: Mapping[str, Wanted], changes: Mapping[str, dict[str, str]], declined: Declined) -> None:
        """Halve a call that was refused whole, until it is known whom that means."""
        traces = list(changes)
        if len(traces) == 1:
            self.done[traces[0]] = declined.problem.outcome()
            return
        for some in (traces[: len(traces) // 2], traces[len(traces) // 2 :]):
            self._send({trace: there[trace] for trace in some}, {trace: changes[trace] for trace in some})

    def _associate(self, there: Sequence[Wanted]) -> None:
        """Link the contact that a record refers to, unless agents have linked one and it is theirs to say."""
        wanting = [each for each in there if each.contact]
        if not wanting:
            return
        links = self._account.associations
        now = links.of(self._name, CONTACTS, [each.record.ref for each in wanting], Purpose.DELIVER)
        pairs = [
            (each.record.ref, each.contact)
            for each in wanting
            if each.contact not in now.get(each.record.ref, ())
            and not (CONTACT in each.record.fill_if_empty and now.get(each.record.ref))
        ]
        links.link(self._name, CONTACTS, pairs)


def _ended(ref: str, row: Row | None, *, deleted: bool) -> Refusal:
    if row is not None:
        return Refusal(f"{ref} was merged into {row['id']} in HubSpot", code=Ended.MERGED)
    if deleted:
        return Refusal(f"{ref} was deleted in HubSpot", code=Ended.DELETED)
    return Refusal(f"HubSpot has no record {ref}", code="not_found")
