"""Bulk API 2.0, jobs that take records: a file is uploaded and worked off in its own time."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.salesforce import checks, collection, records, tables, writes
from tests.fakes.salesforce.errors import ApiError, Json, not_found
from tests.fakes.salesforce.protocol import ROUTES, Call, Reply
from tests.fakes.salesforce.world import Actor

if TYPE_CHECKING:
    from tests.fakes.salesforce.fields import SObject
    from tests.fakes.salesforce.state import State

DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
OPERATIONS = ("insert", "update", "upsert", "delete")
CHUNK = 200


@dataclass(slots=True)
class IngestJob:
    """A job that takes records."""

    id: str
    actor: Actor
    sobject: SObject
    operation: str
    key: str | None
    delimiter: str
    line_ending: str
    state: str = "Open"
    data: bytes = b""
    message: str | None = None
    header: list[str] = field(default_factory=list)
    waiting: list[list[str]] = field(default_factory=list)
    succeeded: list[list[str]] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)

    def described(self, version: str) -> Json:
        """Return what the interface says of the job."""
        done = len(self.succeeded) + len(self.failed)
        more = {"errorMessage": self.message} if self.message else {}
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.sobject.name,
            "createdById": self.actor.user,
            "createdDate": checks.stamp(self.actor.at),
            "state": self.state,
            "externalIdFieldName": self.key,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(version),
            "contentUrl": f"services/data/v{version}/jobs/ingest/{self.id}/batches",
            "lineEnding": self.line_ending,
            "columnDelimiter": self.delimiter,
            "jobType": "V2Ingest",
            "numberRecordsProcessed": done,
            "numberRecordsFailed": len(self.failed),
            **more,
        }


@ROUTES.at("POST", "jobs/ingest")
def open_job(state: State, call: Call) -> Reply:
    """Open a job that takes records; assignment rules run in it only if one is named."""
    body = call.object()
    sobject = state.world.org.sobject(str(body.get("object")))
    operation, key = body.get("operation"), body.get("externalIdFieldName")
    if sobject is None or operation not in OPERATIONS or body.get("contentType", "CSV") != "CSV":
        raise ApiError("INVALIDJOB", "InvalidJob : Unknown object, operation or content type")
    if operation == "upsert":
        known = sobject.field(str(key))
        if known is None or not (known.external_id or known.kind == "id"):
            raise ApiError(
                "INVALIDJOB",
                f"InvalidJob : Field name provided, {key} does not match an External ID for {sobject.name}",
            )
    actor = Actor(call.user, call.at, auto_assign="assignmentRuleId" in body, allow_save=call.actor.allow_save)
    job = IngestJob(
        state.job_id(),
        actor,
        sobject,
        operation,
        key,
        body.get("columnDelimiter", "COMMA"),
        body.get("lineEnding", "LF"),
    )
    state.ingest[job.id] = job
    return Reply(job.described(call.version))


@ROUTES.at("PUT", "jobs/ingest/{}/batches")
def upload(state: State, call: Call, named: str) -> Reply:
    """Take the one file of a job."""
    job = _ingest(state, named)
    if job.state != "Open" or job.data:
        raise ApiError(
            "INVALIDJOBSTATE",
            f"Found multiple contents for job: <{named}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job",
        )
    if not call.headers.get("content-type", "").startswith(tables.MEDIA):
        raise ApiError("INVALIDCONTENTTYPE", "Content-Type of the data must be text/csv", status=415)
    job.data = call.body if isinstance(call.body, bytes) else b""
    return Reply(status=201)


@ROUTES.at("PATCH", "jobs/ingest/{}")
def close(state: State, call: Call, named: str) -> Reply:
    """Close a job, which starts it, or abort it."""
    job, wanted = _ingest(state, named), call.object().get("state")
    if wanted == "UploadComplete" and job.state == "Open":
        job.state = "UploadComplete"
        _start(state, job)
    elif wanted == "Aborted" and job.state not in ("JobComplete", "Failed"):
        job.state = "Aborted"
    else:
        raise ApiError("INVALIDJOBSTATE", f"Job state {wanted} is not allowed after {job.state}")
    return Reply(job.described(call.version))


@ROUTES.at("GET", "jobs/ingest")
def ingest_jobs(state: State, call: Call) -> Reply:
    """List the jobs."""
    return Reply(
        {
            "done": True,
            "nextRecordsUrl": None,
            "records": [job.described(call.version) for job in state.ingest.values()],
        }
    )


@ROUTES.at("GET", "jobs/ingest/{}")
def ingest_job(state: State, call: Call, named: str) -> Reply:
    """Tell of a job."""
    return Reply(_ingest(state, named).described(call.version))


@ROUTES.at("DELETE", "jobs/ingest/{}")
def forget(state: State, _call: Call, named: str) -> Reply:
    """Forget a job that has ended."""
    if _ingest(state, named).state not in ("JobComplete", "Failed", "Aborted"):
        raise ApiError("INVALIDJOBSTATE", "Close or abort the job before you delete it")
    del state.ingest[named]
    return Reply(status=204)


@ROUTES.at("GET", "jobs/ingest/{}/{}")
def results(state: State, _call: Call, named: str, kind: str) -> Reply:
    """Hand out what became of the records."""
    job = _ingest(state, named)
    kinds = {
        "successfulresults": (["sf__Id", "sf__Created", *job.header], job.succeeded),
        "failedresults": (["sf__Id", "sf__Error", *job.header], job.failed),
        "unprocessedrecords": (job.header, job.waiting),
    }
    if kind.casefold() not in kinds:
        raise not_found()
    if job.state not in ("JobComplete", "Failed", "Aborted"):
        raise ApiError("INVALIDJOBSTATE", f"Results are there when the job has ended; it is {job.state}")
    return Reply(tables.as_file(*kinds[kind.casefold()]), media=tables.MEDIA)


def _start(state: State, job: IngestJob) -> None:
    """Let a closed job run when it is its turn."""
    begin = state.world.clock.now() + state.world.org.bulk_waits

    def go() -> None:
        job.state = "InProgress" if job.state == "UploadComplete" else job.state

    def run() -> None:
        if job.state == "InProgress":
            _read(job)
            _work(state, job)

    state.world.later(begin, go)
    state.world.later(begin + state.world.org.bulk_takes, run)


def _read(job: IngestJob) -> None:
    """Read a job's file; one that cannot be read fails the job."""
    text = job.data.decode("utf-8-sig")
    if job.line_ending == "LF" and "\r\n" in text:
        job.state, job.message = (
            "Failed",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
        )
        return
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[job.delimiter]) if row]
    job.header, job.waiting = (rows[0], rows[1:]) if rows else ([], [])
    wanted = [job.key] if job.operation == "upsert" and job.key else ["Id"] if job.operation != "insert" else []
    unknown = [name for name in job.header if not tables.has_column(job.sobject, name)]
    absent = [name for name in wanted if name not in job.header]
    if unknown or absent:
        job.state, job.message = "Failed", f"InvalidBatch : Field name not found : {(unknown or absent)[0]}"
    elif any(len(row) != len(job.header) for row in job.waiting):
        job.state, job.message = "Failed", "InvalidBatch : The number of columns differs from the header's"


def _work(state: State, job: IngestJob) -> None:
    """Do a job's records, 200 at a time."""
    if job.state == "Failed":
        return
    while job.waiting:
        chunk, job.waiting = job.waiting[:CHUNK], job.waiting[CHUNK:]
        at = job.header.index(job.key) if job.key else None
        often = Counter(row[at].casefold() for row in chunk) if at is not None else Counter[str]()
        for row in chunk:
            repeated = at is not None and often[row[at].casefold()] > 1
            try:
                known, created = _write(state, job, tables.record_of(job.sobject, job.header, row), repeated=repeated)
                job.succeeded.append([known, str(created).lower(), *row])
            except ApiError as error:
                job.failed.append(["", error.cell(), *row])
    job.state = "JobComplete"


def _write(state: State, job: IngestJob, record: Json, *, repeated: bool) -> tuple[str, bool]:
    """Do one record; return its id and whether it is new. A key that is ``repeated`` near by is refused."""
    if repeated and job.key:
        raise ApiError("DUPLICATE_VALUE", f"Duplicate external id specified: {record.get(job.key)}", [job.key])
    actor = Actor(
        job.actor.user, state.world.clock.now(), auto_assign=job.actor.auto_assign, allow_save=job.actor.allow_save
    )
    if job.operation == "insert":
        return writes.create(state.world, job.sobject, record, actor), True
    if job.operation == "upsert" and job.key and job.key != "Id":
        value = record.pop(job.key, None)
        if value is None:
            raise ApiError("MISSING_ARGUMENT", f"{job.key} not specified", [job.key])
        return writes.upsert(state.world, job.sobject, records.key(job.sobject, job.key), value, record, actor)
    sobject, known = collection.by_id(state, str(record.pop("Id", "")))
    if job.operation == "delete":
        writes.delete(state.world, sobject, known, actor)
    else:
        writes.update(state.world, sobject, known, record, actor)
    return known, False


def _ingest(state: State, named: str) -> IngestJob:
    """Return a job that takes records."""
    if named not in state.ingest:
        raise not_found()
    return state.ingest[named]
