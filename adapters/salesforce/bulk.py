"""Bulk API 2.0: many new rows as a job that Salesforce works off by itself, and large queries as one.

One job for each set of columns, since an empty cell of a shared column would be a value.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from adapters.salesforce.errors import Declined
from adapters.salesforce.rows import as_csv, columns
from adapters.salesforce.wording import refusal
from bridge.nouns import Accepted, Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.salesforce.collections import Row, Sending
    from adapters.salesforce.org import Org
    from bridge.nouns import Outcome, Record

CSV = {"Content-Type": "text/csv; charset=UTF-8"}
_DONE = frozenset({"JobComplete", "Failed", "Aborted"})


def submit(org: Org, records: Sequence[Record], rows: Sequence[Row], sending: Sending) -> list[Outcome]:
    """Hand new rows over; each is accepted under ``JOB/KEY``."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[columns(row)].append(index)
    outcomes: dict[int, Outcome] = {}
    for group in groups.values():
        some = [records[index] for index in group]
        sent = sending.send(len(group), partial(_job, org, some, [rows[n] for n in group]))
        outcomes |= dict(zip(group, sent, strict=True))
    return [outcomes[index] for index in range(len(rows))]


def settle(org: Org, jobs: Sequence[str]) -> list[Outcome]:
    """Return the outcome of each accepted row; a job that nobody knows is refused."""
    by_job: dict[str, dict[str, Outcome] | Outcome] = {}
    outcomes: list[Outcome] = []
    for job in jobs:
        number, _, key = job.partition("/")
        if number not in by_job:
            by_job[number] = _results(org, number)
        result = by_job[number]
        if isinstance(result, dict):
            outcomes.append(result.get(key) or Unknown("the job tells nothing of this row"))
        else:
            outcomes.append(Accepted(job) if isinstance(result, Accepted) else result)
    return outcomes


def _job(org: Org, records: Sequence[Record], rows: Sequence[Row]) -> list[Outcome]:
    name = records[0].object
    wanted = {"object": name, "operation": "insert", "contentType": "CSV", "lineEnding": "LF"}
    try:
        job = org.client.json("POST", "jobs/ingest", json=wanted)["id"]
        org.client.call("PUT", f"jobs/ingest/{job}/batches", data=as_csv(rows).encode(), headers=CSV)
        org.client.json("PATCH", f"jobs/ingest/{job}", json={"state": "UploadComplete"})
    except Declined as error:
        return [refusal(error.faults[0], name)] * len(records)
    return [Accepted(f"{job}/{record.key}") for record in records]


def _results(org: Org, number: str) -> dict[str, Outcome] | Outcome:
    try:
        job = org.client.json("GET", f"jobs/ingest/{number}")
    except Declined as error:
        return Refusal(f"Salesforce knows no job {number} (it keeps them for 7 days).", code=error.said.code)
    if job["state"] not in _DONE:
        return Accepted(number)
    name = job["object"]
    field = org.key_field(name)
    created = {row[field]: row["sf__Id"] for row in _read(org, number, "successfulResults")}
    outcomes: dict[str, Outcome] = {
        key: Written(ref, created=True, url=org.client.link(name, ref)) for key, ref in created.items()
    }
    outcomes |= {row[field]: _failed(row, name) for row in _read(org, number, "failedResults")}
    if job["state"] == "JobComplete":
        return outcomes
    left = refusal(_fault(str(job.get("errorMessage") or job["state"])), name)
    return outcomes or left


def _read(org: Org, number: str, which: str) -> list[dict[str, str]]:
    response = org.client.call("GET", f"jobs/ingest/{number}/{which}/", headers={"Accept": "text/csv"})
    return table(response.content)


def table(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV answer."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _failed(row: dict[str, str], name: str) -> Outcome:
    """Read ``CODE:message:fields --``; the key of a duplicate is adopted by the next try, which looks first."""
    fault = _fault(row["sf__Error"])
    if fault["errorCode"] in {"DUPLICATE_VALUE", "UNABLE_TO_LOCK_ROW"}:
        return Retry(1, row["sf__Error"])
    return refusal(fault, name)


def _fault(text: str) -> dict[str, Any]:
    code, _, rest = text.partition(":")
    message, _, fields = rest.rpartition(":")
    names = [name for name in fields.removesuffix("--").replace(",", " ").split() if name]
    return {"errorCode": code.strip(), "message": (message or rest).strip(), "fields": names}
