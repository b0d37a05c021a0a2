"""First deliveries: batch create with inline associations, which never overwrites. A taken key is looked up and adopted.

What HubSpot says is told apart by the trace id that each record carries, never by order. A call that it refuses whole is
cut in halves until the record to blame stands alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.hubspot import attaching, paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.links import link
from adapters.hubspot.names import CONTACT, CONTACTS, FILES, TICKETS
from adapters.hubspot.rendering import without
from bridge.errors import Uncertain
from bridge.nouns import Ended, Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.hubspot.account import Account
    from adapters.hubspot.client import Reply
    from adapters.hubspot.errors import Problem
    from adapters.hubspot.rendering import Wanted
    from bridge.nouns import Found, Outcome


class Creation:
    """Creates records of one object; ``done`` holds what became of each key so far."""

    def __init__(self, account: Account, name: str) -> None:
        """Create in one account."""
        self._account, self._name = account, name
        self._key_field = ""
        self.done: dict[str, Outcome] = {}

    def do(self, ready: Sequence[Wanted]) -> None:
        """Create what is not there yet. Raises what stops all of it; ``done`` then says what was done before."""
        self._key_field = ready[0].record.key_field
        fresh = self._without_known(ready)
        self._send(self._with_files(self._with_contacts(fresh)))

    def _without_known(self, ready: Sequence[Wanted]) -> list[Wanted]:
        """Adopt what this process has met before: deletions and merges free a key, so a create would double it."""
        if self._key_field:
            known = self._account.finder.met(self._name, self._key_field, [each.trace for each in ready])
        else:
            known = self._account.finder.marked(self._name, {each.trace: each.parent for each in ready})
        self.done |= {key: adopted(found) for key, found in known.items()}
        return [each for each in ready if each.trace not in known]

    def _with_contacts(self, ready: Sequence[Wanted]) -> list[Wanted]:
        """Put messages on the timeline of their ticket's contact, too."""
        contacts = self._account.finder.contacts_of([each.parent for each in ready if each.parent])
        return [replace(each, contact=contacts.get(each.parent, "")) if each.parent else each for each in ready]

    def _with_files(self, ready: Sequence[Wanted]) -> list[Wanted]:
        """Upload files; a record whose files are not taken stops no other, but what follows it in its ticket."""
        going: list[Wanted] = []
        held: set[str] = set()
        for each in ready:
            if each.parent and each.parent in held:
                self.done[each.trace] = Retry(0, "the one before it waits for its file")
                continue
            ids = attaching.brought(self._account.client, each.trace, each.record.files)
            if isinstance(ids, list):
                each.properties.update({FILES: ";".join(ids)} if ids else {})
                going.append(each)
            else:
                self.done[each.trace] = ids
                held |= {each.parent} if isinstance(ids, Retry) else set()
        return going

    def _send(self, ready: Sequence[Wanted]) -> None:
        if not ready:
            return
        body = {"inputs": [self._input(each) for each in ready]}
        try:
            reply = self._account.client.write(paths.objects(self._name, "batch", "create"), body)
        except Declined as declined:
            self._declined(ready, declined.problem)
        except Uncertain as lost:
            self.done |= {each.trace: Unknown(str(lost)) for each in ready}
            raise
        else:
            self._take(ready, reply)

    def _input(self, each: Wanted) -> dict[str, Any]:
        links = self._account.associations
        to = [(TICKETS, each.parent), (CONTACTS, each.contact)]
        return {
            "properties": without(each.properties),
            "associations": [links.input(self._name, other, ref) for other, ref in to if ref],
            "objectWriteTraceId": each.trace,
        }

    def _declined(self, ready: Sequence[Wanted], problem: Problem) -> None:
        """Find out whom a refusal of the whole call means."""
        if len(ready) == 1:
            self._refused({ready[0].trace: (ready[0], problem)})
            return
        if problem.conflict and self._key_field:
            found = self._account.finder.standing(self._name, self._key_field, [each.trace for each in ready])
            self.done |= {key: adopted(each) for key, each in found.items()}
            rest = [each for each in ready if each.trace not in found]
            if len(rest) < len(ready):
                self._send(rest)
                return
        half = len(ready) // 2
        self._send(ready[:half])
        self._send(ready[half:])

    def _take(self, ready: Sequence[Wanted], reply: Reply) -> None:
        by_trace = {each.trace: each for each in ready}
        for row in reply.results:
            trace = row.get("objectWriteTraceId") or row["properties"].get(self._key_field)
            if trace in by_trace:
                self.done[trace] = Written(
                    row["id"], created=True, url=link(self._account.client, self._name, row["id"])
                )
                self._remember(by_trace[trace], row["id"])
        told = {problem.trace: problem for problem in reply.problems}
        self._refused({trace: (by_trace[trace], problem) for trace, problem in told.items() if trace in by_trace})
        self._untold([each for each in ready if each.trace not in self.done], told.get(""))

    def _remember(self, each: Wanted, ref: str) -> None:
        remembered = self._account.finder.remembered
        remembered.add(self._name, each.trace, ref)
        if self._name == TICKETS:
            remembered.add_contact(ref, each.contact)

    def _refused(self, told: dict[str, tuple[Wanted, Problem]]) -> None:
        taken = {trace for trace, (_, problem) in told.items() if problem.conflict} if self._key_field else set()
        found = self._account.finder.by_key(self._name, self._key_field, taken) if taken else {}
        for trace, (each, problem) in told.items():
            if trace in found:
                self.done[trace] = adopted(found[trace])
            elif not problem.refusal().field and (each.parent or each.contact):
                self._misplaced(each, problem)
            else:
                self._set_aside(each, problem)

    def _untold(self, left: Sequence[Wanted], problem: Problem | None) -> None:
        """Look up what HubSpot neither confirmed nor named; what is not there was refused, if anything was."""
        if not left or not self._key_field:
            return
        found = self._account.finder.standing(self._name, self._key_field, [each.trace for each in left])
        self.done |= {key: Written(each.ref, created=True) for key, each in found.items()}
        rest = [each for each in left if each.trace not in found]
        if problem is not None and len(rest) == 1:
            self._set_aside(rest[0], problem)
        elif problem is not None and len(rest) < len(left):
            self._send(rest)

    def _set_aside(self, each: Wanted, problem: Problem) -> None:
        if problem.refusal().code == "PROPERTY_DOESNT_EXIST":
            self._account.schemas.forget(self._name)
        outcome = problem.outcome()
        if isinstance(outcome, Refusal) and self._name == CONTACTS and problem.conflict and problem.holder:
            outcome = replace(outcome, code=Ended.DUPLICATE, candidates=(problem.holder,))
        self.done[each.trace] = outcome

    def _misplaced(self, each: Wanted, problem: Problem) -> None:
        """Ask whether what a record belongs to is still there; it is put where a merge has led to."""
        finder = self._account.finder
        parent = finder.survivors(TICKETS, [each.parent]).get(each.parent) if each.parent else None
        contact = finder.survivors(CONTACTS, [each.contact]).get(each.contact) if each.contact else None
        if each.parent and parent is None:
            gone = finder.deleted(TICKETS, each.parent)
            code = Ended.DELETED if gone else "bad_reference"
            self.done[each.trace] = Refusal(f"the ticket {each.parent} is not there any more", "parent", code)
        elif each.parent and each.contact and contact is None:
            # Whose ticket it is has changed since; the message belongs to the ticket in any case.
            finder.remembered.add_contact(each.parent, "")
            self._send([replace(each, contact="")])
        elif each.contact and contact is None:
            self.done[each.trace] = Refusal(f"the contact {each.contact} is not there", CONTACT, "bad_reference")
        elif parent is not None and parent["id"] != each.parent:
            self._send([replace(each, parent=parent["id"])])
        else:
            self._set_aside(each, problem)


def adopted(found: Found) -> Outcome:
    """Return the outcome of a first delivery whose key is there already."""
    if found.deleted:
        return Refusal(f"{found.ref} was deleted in HubSpot", code=Ended.DELETED)
    if found.merged_into:
        return Written(found.merged_into, created=False)
    return Written(found.ref, created=False)
