"""dlt's load-only pipeline of the same messages: merge on the primary key. ``dlt_load.py MESSAGES URL FOLDER``."""

from __future__ import annotations

import json
import os
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt  # type: ignore[import-not-found,unused-ignore] # only where the extra bench is installed

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 200


def pages(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the messages of a file, a page at a time."""
    with path.open(encoding="utf-8") as file:
        while page := [json.loads(line) for line in islice(file, PAGE)]:
            yield page


def load(source: Path, url: str, folder: str) -> None:
    """Load once; nested objects become columns, lists stay JSON, as in a table that people would want."""
    if url.startswith("sqlite"):
        destination: Any = dlt.destinations.sqlalchemy(credentials=url)
        disposition: Any = "merge"
    else:
        destination = dlt.destinations.postgres(credentials=url.replace("+psycopg", "").replace("@", ":none@"))
        disposition = {"disposition": "merge", "strategy": "upsert"}
    resource = dlt.resource(
        pages(source),
        name="message",
        primary_key="id",
        write_disposition=disposition,
        columns={"answers": {"data_type": "json"}},
    )
    pipeline = dlt.pipeline("bench", destination=destination, dataset_name="bench", pipelines_dir=folder)
    pipeline.run(resource).raise_on_failed_jobs()


if __name__ == "__main__":
    messages, address, work = sys.argv[1:]
    load(Path(messages), address, work)
