"""Attachments as Salesforce files on the case: each once, told by the path that it is said to come from."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.salesforce.errors import Declined
from adapters.salesforce.looking import by_field
from adapters.salesforce.wording import declined
from bridge.errors import CasebridgeError, Refused
from bridge.nouns import Refusal, Retry, Written

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from adapters.salesforce.org import Org
    from bridge.nouns import FileContent, Outcome, Record

LARGEST = 35_000_000
"""Bytes of a file that fit into one call in base64; a larger one is put on the record by hand."""
_VERSION, _DOCUMENT = "ContentVersion", "ContentDocument"
_PLACE = "FirstPublishLocationId"
_MARK_FIELD = "PathOnClient"
_FOLDER = "casebridge/"


def attach(org: Org, records: Sequence[Record], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Put the files of written records there; a record whose file failed is tried again, with the same effect."""
    wanted = {
        outcome.ref: record
        for record, outcome in zip(records, outcomes, strict=True)
        if record.files and isinstance(outcome, Written)
    }
    if not wanted:
        return list(outcomes)
    try:
        there = _marks(org, {record.parent or ref for ref, record in wanted.items()})
    except CasebridgeError as error:
        failed: dict[str, Outcome] = dict.fromkeys(wanted, _later(error))
    else:
        failed = {ref: outcome for ref, record in wanted.items() if (outcome := _missing(org, ref, record, there))}
    return [failed.get(each.ref, each) if isinstance(each, Written) else each for each in outcomes]


def content(org: Org, url: str) -> bytes | None:
    """Return a file by the address of its document, as it was published last; None if it is not there, or not in this org."""
    document = url.rpartition(f"/{_DOCUMENT}/")[2].partition("/")[0]
    if url != org.client.link(_DOCUMENT, document) or not document.isalnum():
        return None
    found = by_field(org, _DOCUMENT, ["LatestPublishedVersionId", "IsDeleted"], "Id", [document])
    version = next((row["LatestPublishedVersionId"] for row in found if not row["IsDeleted"]), None)
    return org.client.call("GET", f"sobjects/{_VERSION}/{version}/VersionData").content if version else None


def remove(org: Org, place: str, key: str) -> None:
    """Delete the files that came with the record of ``key``."""
    rows = by_field(org, _VERSION, ["ContentDocumentId", _MARK_FIELD, "IsDeleted"], _PLACE, [place])
    ours = [row for row in rows if not row["IsDeleted"] and (row[_MARK_FIELD] or "").startswith(f"{_FOLDER}{key}/")]
    for document in sorted({row["ContentDocumentId"] for row in ours}):
        org.client.json("DELETE", f"sobjects/ContentDocument/{document}")


def _missing(org: Org, ref: str, record: Record, there: Collection[str]) -> Outcome | None:
    """Upload what is not there; returns what went wrong, if anything did."""
    try:
        for file in record.files:
            if _mark(record, file) not in there:
                _upload(org, record, record.parent or ref, file)
    except Declined as error:
        return declined(error.faults[0], _VERSION)
    except Refused as error:
        return Refusal(str(error), code="too_large")
    except (CasebridgeError, OSError) as error:
        return _later(error)
    return None


def _upload(org: Org, record: Record, place: str, file: FileContent) -> None:
    if file.size > LARGEST:
        message = f"The record stands there, but its file {file.name} is too large for one call ({file.size} bytes): upload it by hand at {org.client.link(record.object, place)}."
        raise Refused(message)
    version: dict[str, Any] = {
        "Title": file.name,
        _MARK_FIELD: _mark(record, file),
        "VersionData": base64.b64encode(Path(file.path).read_bytes()).decode(),
        _PLACE: place,
    }
    org.client.json("POST", f"sobjects/{_VERSION}", json=version)


def _marks(org: Org, places: Collection[str]) -> set[str]:
    """Return the marks of all files that were ever put there; one that an agent deleted stays deleted."""
    return {row[_MARK_FIELD] or "" for row in by_field(org, _VERSION, [_MARK_FIELD], _PLACE, places)}


def _mark(record: Record, file: FileContent) -> str:
    """Return where the file came from, as far as Salesforce is told: by record and content."""
    return f"{_FOLDER}{record.key}/{file.key}/{file.name}"


def _later(error: Exception) -> Retry:
    return Retry(1, f"its attachment was not taken: {error}")
