"""Many records as files."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.hubspot.sdk import Sdk, call
from tests.fakes.transports import exchange

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import FixedClock
    from tests.fakes.hubspot.app import Fake

EXPORT = {
    "exportType": "VIEW",
    "format": "CSV",
    "exportName": "people",
    "objectType": "CONTACT",
    "objectProperties": ["email", "firstname"],
    "language": "EN",
}


def test_an_export_takes_its_time_and_its_link_lives_for_minutes(fake: Fake, clock: FixedClock) -> None:
    known = [fake.agent.contact(email=f"p{number}@example.org", firstname="P") for number in range(3)]
    status, task, _ = call(fake, "POST", "/crm/v3/exports/export/async", EXPORT)
    assert status == 202
    path = f"/crm/v3/exports/export/async/tasks/{task['id']}/status"
    assert call(fake, "GET", path)[1]["status"] == "PROCESSING"
    assert call(fake, "POST", "/crm/v3/exports/export/async", EXPORT)[0] == 429
    clock.forward(timedelta(minutes=1))
    done = call(fake, "GET", path)[1]
    assert done["status"] == "COMPLETE"
    fetched = exchange(fake.app, "GET", done["result"], {}, b"")
    rows = list(csv.DictReader(io.StringIO(bytes(fetched.body).decode())))
    assert [row["Record ID"] for row in rows] == known
    clock.forward(timedelta(minutes=6))
    assert exchange(fake.app, "GET", done["result"], {}, b"").status == 403


@pytest.mark.parametrize("marketing", [False, True])
def test_an_import_creates_changes_and_lists_what_it_could_not(
    api: Sdk, fake: Fake, clock: FixedClock, tmp_path: Path, *, marketing: bool
) -> None:
    fake.agent.contact(email="mara@example.org")
    columns = {"Email": "email", "First": "firstname"}
    request = {
        "name": "people",
        "marketableContactImport": marketing,
        "files": [
            {
                "fileName": "people.csv",
                "fileFormat": "CSV",
                "fileImportPage": {
                    "hasHeader": True,
                    "columnMappings": [
                        {"columnObjectTypeId": "0-1", "columnName": name, "propertyName": found}
                        for name, found in columns.items()
                    ],
                },
            }
        ],
    }
    file = tmp_path / "people.csv"
    file.write_text("Email,First\nmara@example.org,Mara\nnew@example.org,New\nbroken,X\n")
    made = api.crm.imports.core_api.create(files=str(file), import_request=json.dumps(request))
    assert made.state == "PROCESSING"
    clock.forward(timedelta(minutes=1))
    done = api.crm.imports.core_api.get_by_id(made.id)
    assert (done.state, done.metadata.counters) == ("DONE", {"UPDATED_OBJECTS": 1, "CREATED_OBJECTS": 1})
    (error,) = api.crm.imports.public_imports_api.get_errors(made.id).results
    assert error.source_data.line_number == 4
    assert bool(fake.portal.marketing_attempts) is marketing


def test_a_file_that_is_there_already_keeps_its_id(api: Sdk, fake: Fake, tmp_path: Path) -> None:
    file = tmp_path / "zip.jpg"
    file.write_bytes(b"\x89not text\r\n\x00")
    options = json.dumps({"access": "PRIVATE", "duplicateValidationStrategy": "RETURN_EXISTING"})
    first, again = (
        api.files.files_api.upload(file=str(file), folder_path="/bridge", options=options) for _ in range(2)
    )
    assert first.id == again.id
    assert fake.portal.files[first.id]["size"] == file.stat().st_size
    api.files.files_api.archive(first.id)
    assert not fake.portal.files
