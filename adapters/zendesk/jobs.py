"""Jobs: what Zendesk takes as a batch is done some time later, item by item.

One look asks for all jobs that this process waits for, so that many batches cost few calls. Zendesk forgets jobs within an
hour: what it has forgotten is unknown, and is looked up by its key.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.zendesk.errors import Problem, problem_of_item
from adapters.zendesk.limits import Purpose
from adapters.zendesk.names import COMMENTS, chunks, comment_ref
from bridge.nouns import Accepted, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from adapters.zendesk.client import Client
    from adapters.zendesk.settings import ZendeskSettings
    from bridge.clock import Clock

_KEPT = 500
_STEP = 4.0
"""Seconds between two looks at a job that is waited for."""
_MOMENT = timedelta(seconds=_STEP)
_RUNNING = ("queued", "working")


@dataclass(frozen=True, slots=True)
class Item:
    """One record in a job."""

    job: str
    index: int
    object: str
    key: str
    ref: str
    """The id of what is changed, of the ticket for a message; empty for what is created."""
    created: bool

    def ticket(self) -> str:
        """Return what an outcome carries until it is settled."""
        return json.dumps(list(asdict(self).values()), separators=(",", ":"))

    @classmethod
    def read(cls, ticket: str) -> Item | None:
        """Read it back; None for what we never gave out."""
        try:
            return cls(*json.loads(ticket))
        except (ValueError, TypeError):
            return None


class Jobs:
    """The jobs that this process knows."""

    def __init__(self, client: Client, settings: ZendeskSettings, clock: Clock) -> None:
        """Wait for none yet."""
        self._client, self._settings, self._clock = client, settings, clock
        self._awaited: dict[str, None] = {}
        self._looked: dict[str, datetime] = {}
        self._ended: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def started(self, body: dict[str, Any]) -> str:
        """Note a job that Zendesk has taken; returns its id, after having waited for it if the settings say so."""
        job = str(body["job_status"]["id"])
        self._awaited[job] = None
        left = self._settings.job_wait
        while left > 0:
            self.look([job])
            if job in self._ended:
                break
            self._client.rest(_STEP)
            left -= _STEP
        return job

    def look(self, jobs: Iterable[str]) -> None:
        """Ask how jobs stand that are not known to have ended, together with all others that are awaited.

        What was looked at a moment ago is not asked for again: records are settled by the hundred, a look is for all.
        """
        now = self._clock.now()
        open_ = [job for job in dict.fromkeys(jobs) if job not in self._ended]
        if all(job in self._looked and now - self._looked[job] < _MOMENT for job in open_):
            return
        asked = list(dict.fromkeys([*open_, *self._awaited]))
        for part in chunks(asked):
            rows = self._client.get("/job_statuses/show_many", ids=",".join(part), purpose=Purpose.DELIVER)[
                "job_statuses"
            ]
            shown = {str(row["id"]): row for row in rows}
            for job in part:
                row = shown.get(job, {"status": "forgotten"})
                self._looked[job] = now
                if row["status"] not in _RUNNING:
                    self._end(job, row)

    def result(self, item: Item) -> Accepted | Unknown | Written | Problem:
        """Return what became of an item, as far as the latest look told; a ``Problem`` is Zendesk's objection to it."""
        row = self._ended.get(item.job)
        if row is None:
            return Accepted(item.ticket())
        if row["status"] != "completed":
            return Unknown(f"Zendesk's job ended as {row['status']}: {row.get('message') or 'it says no more'}")
        found = _of(row.get("results") or (), item)
        if found is None:
            return Unknown("Zendesk's job said nothing of it")
        if found.get("success") is False or found.get("error"):
            return problem_of_item(found)
        if item.object == COMMENTS:
            return Written(comment_ref(item.ref, item.key), created=item.created)
        return Written(item.ref or str(found["id"]), created=item.created)

    def _end(self, job: str, row: dict[str, Any]) -> None:
        self._awaited.pop(job, None)
        self._looked.pop(job, None)
        self._ended[job] = row
        if len(self._ended) > _KEPT:
            self._ended.popitem(last=False)


def _of(results: Iterable[dict[str, Any]], item: Item) -> dict[str, Any] | None:
    """Return the result of an item: by its place where results have one, else by the record's id."""
    rows = list(results)
    by_place = [row for row in rows if row.get("index") == item.index]
    by_id = [row for row in rows if "index" not in row and item.ref and str(row.get("id")) == item.ref]
    return next(iter(by_place or by_id), None)
