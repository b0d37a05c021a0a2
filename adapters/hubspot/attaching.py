"""Attachments as files of HubSpot: private, named as their sender named them, in a folder of the record's own."""

from __future__ import annotations

import json
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from adapters.hubspot import paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.exports import is_hubspots
from adapters.hubspot.limits import Purpose
from bridge.errors import AuthError, Uncertain
from bridge.nouns import Attachment, Refusal, Retry
from bridge.retry import reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.hubspot.account import Account
    from adapters.hubspot.client import Client
    from bridge.nouns import FileContent

_SOON = 10.0
_OPTIONS = json.dumps(
    {
        "access": "PRIVATE",
        "overwrite": False,
        "duplicateValidationStrategy": "RETURN_EXISTING",
        "duplicateValidationScope": "EXACT_FOLDER",
    }
)


def uploaded(client: Client, key: str, files: Iterable[FileContent]) -> list[str]:
    """Upload the files of the record under our key; the same file again is the same id, so it is tried again at once."""
    return [reading(partial(_upload, client, key, file), sleep=client.rest) for file in files]


def brought(client: Client, key: str, files: Iterable[FileContent]) -> list[str] | Refusal | Retry:
    """Return the ids of uploaded files, or what becomes of a record whose files are not taken: nothing of it was written.

    Raises what concerns the whole account.
    """
    try:
        return uploaded(client, key, files)
    except Declined as declined:
        return declined.problem.refusal()
    except Uncertain as lost:
        return Retry(_SOON, f"its file was not taken: {lost}")


def delete(client: Client, ids: Iterable[str]) -> None:
    """Delete files."""
    for each in ids:
        client.write(f"{paths.FILES}/{each}", method="DELETE", purpose=Purpose.ANSWER)


def described(client: Client, ids: str | None) -> tuple[Attachment, ...]:
    """Return the files of an agent's answer, by name at least; their content is private."""
    return tuple(_described(client, each) for each in (ids or "").split(";") if each)


def _described(client: Client, file_id: str) -> Attachment:
    try:
        found = client.get(f"{paths.FILES}/{file_id}", purpose=Purpose.ANSWER).body
    except (AuthError, Declined):  # the key may not read files, or it was deleted
        return Attachment(name=f"file {file_id}")
    name = ".".join(filter(None, (found.get("name"), found.get("extension"))))
    return Attachment(url=client.address(f"{paths.FILES}/{file_id}"), name=name, size=found.get("size"))


def content(account: Account, url: str) -> bytes | None:
    """Return a file by its address in the API, None if it is not there any more; it is fetched by a link made for us alone."""
    client, number = account.client, url.rpartition("/")[2]
    if url != client.address(f"{paths.FILES}/{number}") or not number.isdecimal():
        return None
    try:
        link = str(client.get(f"{paths.FILES}/{number}/signed-url", purpose=Purpose.ANSWER).body["url"])
    except Declined as declined:
        if declined.problem.status == HTTPStatus.NOT_FOUND:
            return None
        raise
    if not is_hubspots(account, link):
        return None
    pieces: list[bytes] = []
    client.fetch(link, pieces.append)
    return b"".join(pieces)


def _upload(client: Client, key: str, file: FileContent) -> str:
    form = [("fileName", file.name), ("folderPath", f"/casebridge/{key}"), ("options", _OPTIONS)]
    return str(client.upload(paths.FILES, file.path, form).body["id"])
