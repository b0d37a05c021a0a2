"""Jobs: taken at once, done some seconds later, item by item; ``completed`` may hold failed items."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from tests.fakes.hubspot.ids import NAMESPACE
from tests.fakes.zendesk.errors import Declined, limited

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tests.fakes.zendesk.state import Row, State

MOST = 100
KEPT = timedelta(hours=1)


@dataclass(slots=True)
class Job:
    """One job and what becomes of it."""

    id: str
    items: Sequence[Row]
    do: Callable[[Row], Row]
    due: datetime
    status: str = "queued"
    message: str | None = None
    results: list[Row] = field(default_factory=list)

    def described(self) -> Row:
        """Return it as the API shows it."""
        done = self.status == "completed"
        return {
            "id": self.id,
            "job_type": "",
            "url": f"/api/v2/job_statuses/{self.id}.json",
            "total": len(self.items),
            "progress": len(self.items) if done else 0,
            "status": self.status,
            "message": self.message,
            "results": self.results if done else None,
        }


@dataclass(slots=True)
class Jobs:
    """The account's jobs."""

    state: State
    jobs: dict[str, Job] = field(default_factory=dict)
    kill_next: int = 0
    """So many jobs end half done, without results."""

    def start(self, items: Any, do: Callable[[Row], Row]) -> Row:  # noqa: ANN401 - whatever a caller sends
        """Take a job; raises ``Declined`` for too many items or jobs."""
        if not isinstance(items, list) or not items or len(items) > MOST:
            raise Declined(400, "TooManyValues", f"You can only process {MOST} at a time")
        waiting = sum(job.status == "queued" for job in self.jobs.values())
        if waiting >= self.state.org.most_jobs:
            raise limited("TooManyJobs", seconds=15)
        due = self.state.clock.now() + timedelta(seconds=self.state.org.job_seconds)
        job = Job(str(uuid5(NAMESPACE, f"job {len(self.jobs)}")).replace("-", ""), items, do, due)
        self.jobs[job.id] = job
        taken = {"job_status": job.described()}
        self.run_due()
        return taken

    def run_due(self) -> None:
        """Do what is due by now."""
        now = self.state.clock.now()
        for job in self.jobs.values():
            if job.status == "queued" and job.due <= now:
                self._run(job)

    def shown(self, ids: Sequence[str]) -> list[Row]:
        """Return jobs by id; what is forgotten is left out."""
        since = self.state.clock.now() - KEPT
        return [job.described() for id_ in ids if (job := self.jobs.get(id_)) and job.due > since]

    def _run(self, job: Job) -> None:
        job.status = "working"
        items = list(job.items)
        if self.kill_next:
            self.kill_next -= 1
            items = items[: len(items) // 2]
        for index, item in enumerate(items):
            try:
                job.results.append({"index": index, "success": True, **job.do(item)})
            except Declined as declined:
                job.results.append(declined.item(index))
        if len(items) == len(job.items):
            job.status, job.message = "completed", f"Completed at {self.state.now()}"
        else:
            job.status, job.results = "killed", []
