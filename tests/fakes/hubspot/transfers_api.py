"""``/crm/v3/exports`` and ``/crm/v3/imports``: many records at once, as files, done some time later."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.hubspot import writing
from tests.fakes.hubspot.asked import Asked, Reply, Way, always
from tests.fakes.hubspot.errors import Declined, invalid, not_found
from tests.fakes.hubspot.forms import fields_and_files
from tests.fakes.hubspot.times import iso
from tests.fakes.hubspot.transfers import WORK, Transfer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.nouns import Json
    from tests.fakes.hubspot.definitions import ObjectType

LINK_LIFE = timedelta(minutes=5)
"""How long the link to an export's file works."""
EXPORTS_A_DAY = 30


def _export(asked: Asked) -> Reply:
    body, now = asked.mapping(), asked.portal.clock.now()
    if body.get("exportType") not in {"VIEW", "LIST"} or body.get("format") not in {"CSV", "XLSX", "XLS"}:
        raise invalid("exportType must be VIEW or LIST, and format CSV, XLSX or XLS")
    if not body.get("objectProperties") or not body.get("exportName"):
        raise invalid("objectProperties and exportName must not be empty")
    exports = asked.house.transfers.exports
    if sum(now - one.started < timedelta(days=1) for one in exports.values()) >= EXPORTS_A_DAY:
        raise Declined(429, "RATE_LIMITS", f"At most {EXPORTS_A_DAY} exports in 24 hours are allowed")
    if any(not one.done(now) for one in exports.values()):
        raise Declined(429, "RATE_LIMITS", "Only one export can run at a time")
    kind = asked.portal.type(str(body.get("objectType")))
    made = Transfer(asked.portal.number(), now, str(body["exportName"]))
    made.content = _csv(asked, kind, list(body["objectProperties"]))
    exports[made.id] = made
    return 202, {"id": made.id, "links": {"status": f"/crm/v3/exports/export/async/tasks/{made.id}/status"}}


def _csv(asked: Asked, kind: ObjectType, names: list[str]) -> str:
    unknown = [name for name in names if name not in kind.live]
    if unknown:
        raise invalid(f"Properties {unknown} do not exist", propertyName=unknown)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["Record ID", *names])
    for item in asked.portal.all(kind.name):
        rows.writerow([item.id, *(item.properties.get(name, "") for name in names)])
    return written.getvalue()


def _export_status(asked: Asked) -> Reply:
    found = _transfer(asked.house.transfers.exports, asked.path["id"])
    now = asked.portal.clock.now()
    times = {"startedAt": iso(found.started), "requestedAt": iso(found.started)}
    if not found.done(now):
        return 200, {"status": "PROCESSING", "completedAt": iso(now), **times}
    link = found.elsewhere or f"{asked.address}/exported/{found.id}-{int(now.timestamp())}.csv"
    return 200, {"status": "COMPLETE", "completedAt": iso(found.started + WORK), "result": link, **times}


def _fetched(asked: Asked) -> Reply:
    """Hand out an export's file to whoever has the link, while it works."""
    name, _, stamp = asked.path["file"].removesuffix(".csv").partition("-")
    found = _transfer(asked.house.transfers.exports, name)
    if not stamp.isdigit() or asked.portal.clock.now().timestamp() > int(stamp) + LINK_LIFE.total_seconds():
        raise Declined(403, "FORBIDDEN", "Request has expired")
    return 200, found.content


def _transfer(transfers: Mapping[str, Transfer], transfer_id: str) -> Transfer:
    if transfer_id not in transfers:
        raise not_found(f"Task {transfer_id} does not exist")
    return transfers[transfer_id]


def _import(asked: Asked) -> Reply:
    wanted, files = _parts(asked)
    made = Transfer(asked.portal.number(), asked.portal.clock.now(), str(wanted.get("name") or ""))
    if not made.name or not wanted.get("files"):
        raise invalid("name and files must not be empty")
    if wanted.get("marketableContactImport"):
        asked.portal.marketing_attempts.append(f"import {made.id}")
    for one in wanted["files"]:
        if one.get("fileName") not in files:
            raise invalid(f"File {one.get('fileName')} was not uploaded")
        _import_file(asked, made, one, files[one["fileName"]])
    asked.house.transfers.imports[made.id] = made
    return 200, _import_shown(asked, made)


def _parts(asked: Asked) -> tuple[dict[str, Json], dict[str, bytes]]:
    """Return the request and the files of a form; raises ``Declined``."""
    fields, files = fields_and_files(asked)
    request = json.loads(fields.get("importRequest") or "null")
    if not isinstance(request, dict):
        raise invalid("importRequest must be a JSON object")
    return request, files


def _import_file(asked: Asked, made: Transfer, one: Mapping[str, Json], content: bytes) -> None:
    mappings = one["fileImportPage"]["columnMappings"]
    kind = asked.portal.type(str(mappings[0]["columnObjectTypeId"]))
    made.object_ids = (*made.object_ids, kind.id)
    for line, row in enumerate(csv.DictReader(io.StringIO(content.decode())), 2):
        given = {str(one["propertyName"]): row.get(str(one["columnName"])) or "" for one in mappings}
        try:
            _import_row(asked, made, kind, given)
        except Declined as declined:
            made.errors.append(_import_error(asked, kind, made, line, declined))


def _import_row(asked: Asked, made: Transfer, kind: ObjectType, given: Mapping[str, str]) -> None:
    """Change the record that one of the unique values leads to, else create one."""
    values = {name: value for name, value in given.items() if value}
    found = next(_holders(asked, kind, values), None)
    if found is not None:
        writing.update(asked.portal, kind, found, values, asked.actor)
    else:
        writing.create(asked.portal, kind, values, asked.actor)
    word = "UPDATED_OBJECTS" if found else "CREATED_OBJECTS"
    made.counters[word] = made.counters.get(word, 0) + 1


def _holders(asked: Asked, kind: ObjectType, values: Mapping[str, str]) -> Iterator[Any]:
    for name, value in values.items():
        if name in kind.live and kind.live[name].unique:
            found = asked.portal.holder(kind.name, name, value)
            if found is not None:
                yield found


def _import_error(asked: Asked, kind: ObjectType, made: Transfer, line: int, declined: Declined) -> Json:
    return {
        "id": str(len(made.errors) + 1),
        "createdAt": int(asked.portal.clock.now().timestamp() * 1000),
        "errorType": "INVALID_OPTION" if "INVALID_OPTION" in declined.message else "FAILED_TO_CREATE_OBJECT",
        "errorMessage": declined.message,
        "objectTypeId": kind.id,
        "sourceData": {
            "fileId": 1,
            "lineNumber": line,
            "pageName": "",
            "rowData": [],
            "containsEncryptedProperties": False,
        },
    }


def _import_shown(asked: Asked, found: Transfer) -> Json:
    done = found.done(asked.portal.clock.now())
    return {
        "id": found.id,
        "state": "CANCELED" if found.cancelled else "DONE" if done else "PROCESSING",
        "importName": found.name,
        "createdAt": iso(found.started),
        "updatedAt": iso(asked.portal.clock.now()),
        "optOutImport": False,
        "mappedObjectTypeIds": list(found.object_ids),
        "metadata": {"counters": found.counters if done else {}, "fileIds": ["1"], "objectLists": []},
    }


def _import_read(asked: Asked) -> Reply:
    return 200, _import_shown(asked, _transfer(asked.house.transfers.imports, asked.path["id"]))


def _import_errors(asked: Asked) -> Reply:
    return 200, {"results": _transfer(asked.house.transfers.imports, asked.path["id"]).errors}


def _import_cancel(asked: Asked) -> Reply:
    found = _transfer(asked.house.transfers.imports, asked.path["id"])
    found.cancelled = not found.done(asked.portal.clock.now())
    now = iso(asked.portal.clock.now())
    return 200, {"status": "COMPLETE", "startedAt": now, "completedAt": now}


EXPORT, IMPORT = always("crm.export"), always("crm.import")
WAYS = (
    Way("POST", "/crm/v3/exports/export/async", _export, EXPORT),
    Way("GET", "/crm/v3/exports/export/async/tasks/{id}/status", _export_status, EXPORT),
    Way("POST", "/crm/v3/imports", _import, IMPORT),
    Way("GET", "/crm/v3/imports/{id}", _import_read, IMPORT),
    Way("GET", "/crm/v3/imports/{id}/errors", _import_errors, IMPORT),
    Way("POST", "/crm/v3/imports/{id}/cancel", _import_cancel, IMPORT),
    Way("GET", "/exported/{file}", _fetched, open=True),
)
