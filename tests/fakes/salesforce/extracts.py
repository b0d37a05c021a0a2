"""Bulk API 2.0, jobs that give records: a query runs in its own time, its rows are fetched by locator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.salesforce import checks, queries, tables
from tests.fakes.salesforce.errors import ApiError, Json, not_found
from tests.fakes.salesforce.protocol import ROUTES, Call, Reply

if TYPE_CHECKING:
    from tests.fakes.salesforce.state import State
    from tests.fakes.salesforce.world import Actor


@dataclass(slots=True)
class QueryJob:
    """A job that gives records."""

    id: str
    actor: Actor
    operation: str
    query: str
    state: str = "UploadComplete"
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def described(self, version: str) -> Json:
        """Return what the interface says of the job."""
        return {
            "id": self.id,
            "operation": self.operation,
            "state": self.state,
            "createdById": self.actor.user,
            "createdDate": checks.stamp(self.actor.at),
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(version),
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
            "numberRecordsProcessed": len(self.rows),
        }


@ROUTES.at("POST", "jobs/query")
def open_query(state: State, call: Call) -> Reply:
    """Start a job that gives records; a query that cannot be read is refused at once."""
    body = call.object()
    queries.run(state, str(body.get("query")), deleted=False, version=call.version)
    job = QueryJob(state.job_id(), call.actor, body["operation"], body["query"])
    state.queries[job.id] = job
    begin = call.at + state.world.org.bulk_waits

    def run() -> None:
        names, rows = queries.run(state, job.query, deleted=job.operation == "queryAll", version=call.version)
        job.header, job.rows = (
            list(names),
            [[tables.cell_of(tables.dotted(row, name)) for name in names] for row in rows],
        )
        job.state = "JobComplete"

    state.world.later(begin, lambda: setattr(job, "state", "InProgress"))
    state.world.later(begin + state.world.org.bulk_takes, run)
    return Reply(job.described(call.version))


@ROUTES.at("GET", "jobs/query/{}")
def query_job(state: State, call: Call, named: str) -> Reply:
    """Tell of a job."""
    return Reply(_query(state, named).described(call.version))


@ROUTES.at("GET", "jobs/query/{}/results")
def query_results(state: State, call: Call, named: str) -> Reply:
    """Hand out records from a locator on."""
    job = _query(state, named)
    if job.state != "JobComplete":
        raise ApiError("INVALIDJOBSTATE", f"Results are there when the job has ended; it is {job.state}")
    start = int(call.query.get("locator", "0") or 0)
    end = start + int(call.query.get("maxRecords", "50000"))
    page = job.rows[start:end]
    locator = str(end) if end < len(job.rows) else "null"
    return Reply(
        tables.as_file(job.header, page),
        headers={"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(page))},
        media=tables.MEDIA,
    )


def _query(state: State, named: str) -> QueryJob:
    """Return a job that gives records."""
    if named not in state.queries:
        raise not_found()
    return state.queries[named]
