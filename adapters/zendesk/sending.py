"""What all objects are sent by: one call a record where there are few, a job where there are many."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from adapters.zendesk.errors import Declined, Problem
from adapters.zendesk.jobs import Item
from adapters.zendesk.patience import Patience
from adapters.zendesk.refusing import refused
from bridge.errors import Uncertain
from bridge.nouns import Ended, Refusal, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.zendesk.account import Account
    from adapters.zendesk.rendering import Wanted
    from bridge.nouns import Found, Outcome

MANY = 3
"""From so many records on a job takes fewer calls."""


class Sending(ABC):
    """Sends records of one object; ``done`` holds what became of each key and ref so far."""

    name: str

    def __init__(self, account: Account) -> None:
        """Send into one account."""
        self.account = account
        self.done: dict[tuple[str, str], Outcome] = {}

    @abstractmethod
    def do(self, ready: Sequence[Wanted]) -> None:
        """Send them. Raises what stops all of it; ``done`` then says what was done before."""

    def note(self, each: Wanted, outcome: Outcome) -> None:
        """Note what became of a record."""
        self.done[each.key, each.ref] = outcome
        if isinstance(outcome, Written) and not each.ref:
            self.account.stands(self.name, each.key, outcome.ref)

    def without_known(self, ready: Sequence[Wanted]) -> list[Wanted]:
        """Adopt what this process has met before: no external id of a ticket is unique, and a deletion frees that of a user."""
        known = self.account.finder.met(self.name, [each.key for each in ready])
        for each in ready:
            if each.key in known:
                self.note(each, self.adopted(known[each.key]))
        return [each for each in ready if each.key not in known]

    def adopted(self, found: Found) -> Outcome:
        """Return the outcome of a first delivery whose key is there already."""
        if found.deleted:
            return Refusal(f"{found.ref} was deleted in Zendesk", code=Ended.DELETED)
        return Written(found.merged_into or found.ref, created=False)

    def one_by_one(self, ready: Sequence[Wanted], call: Callable[[Wanted], Outcome]) -> None:
        """Send each by itself. Raises what stops the rest, if there is any."""
        patience = Patience()
        for each in ready:
            try:
                self.note(each, call(each))
            except Declined as declined:
                self.note(each, self.refused(each, declined.problem))
            except Uncertain as lost:
                self.note(each, Unknown(str(lost)))
                if patience.ends(lost):
                    raise
                continue
            patience.restored()

    def as_job(self, ready: Sequence[Wanted], call: Callable[[list[dict[str, Any]]], dict[str, Any]]) -> None:
        """Send all at once, but for what is refused before, such as a file; a job that Zendesk does not take is cut in halves."""
        bodies: dict[tuple[str, str], dict[str, Any]] = {}
        for each in ready:
            try:
                bodies[each.key, each.ref] = self.body(each)
            except Declined as declined:
                self.note(each, self.refused(each, declined.problem))
        self._start([each for each in ready if (each.key, each.ref) in bodies], list(bodies.values()), call)

    def _start(
        self,
        ready: Sequence[Wanted],
        bodies: list[dict[str, Any]],
        call: Callable[[list[dict[str, Any]]], dict[str, Any]],
    ) -> None:
        if not ready:
            return
        try:
            job = self.account.jobs.started(call(bodies))
        except Declined as declined:
            if len(ready) == 1 or declined.problem.passing:
                for each in ready:
                    self.note(each, self.refused(each, declined.problem))
                return
            half = len(ready) // 2
            self._start(ready[:half], bodies[:half], call)
            self._start(ready[half:], bodies[half:], call)
        except Uncertain as lost:
            for each in ready:
                self.note(each, Unknown(str(lost)))
            raise
        else:
            for index, each in enumerate(ready):
                created = not each.ref and self.finished(each)
                item = Item(job, index, self.name, each.key, self.item_ref(each), created)
                self.note(each, self._settled(each, item))

    @abstractmethod
    def body(self, each: Wanted) -> dict[str, Any]:
        """Return a record as an item of a job."""

    def finished(self, each: Wanted) -> bool:  # noqa: ARG002 - of most objects nothing is left
        """Tell whether a job that creates a record does all there is to do; else the record is brought up to date after it."""
        return True

    def item_ref(self, each: Wanted) -> str:
        """Return the id by which a job tells a record."""
        return each.ref

    def refused(self, each: Wanted, problem: Problem) -> Outcome:
        """Return what an objection to a record means."""
        return refused(self.account, self.name, each.key, self.item_ref(each), problem)

    def _settled(self, each: Wanted, item: Item) -> Outcome:
        result = self.account.jobs.result(item)
        if isinstance(result, Problem):
            return self.refused(each, result)
        return result
