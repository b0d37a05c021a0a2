"""Attachments as files of HubSpot: private, named as their sender named them, in a folder of the record's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from adapters.hubspot import paths
from adapters.hubspot.limits import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.hubspot.client import Client
    from bridge.nouns import FileContent

_OPTIONS = json.dumps(
    {
        "access": "PRIVATE",
        "overwrite": False,
        "duplicateValidationStrategy": "RETURN_EXISTING",
        "duplicateValidationScope": "EXACT_FOLDER",
    }
)


def uploaded(client: Client, key: str, files: Iterable[FileContent]) -> list[str]:
    """Upload the files of the record under our key; the same file again is the same id."""
    return [_upload(client, key, file) for file in files]


def delete(client: Client, ids: Iterable[str]) -> None:
    """Delete files."""
    for each in ids:
        client.write(f"{paths.FILES}/{each}", method="DELETE", purpose=Purpose.ANSWER)


def _upload(client: Client, key: str, file: FileContent) -> str:
    form = [("fileName", file.name), ("folderPath", f"/casebridge/{key}"), ("options", _OPTIONS)]
    return str(client.upload(paths.FILES, file.path, form).body["id"])
