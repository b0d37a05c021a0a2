"""``/files/v3/files``: attachments of notes."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tests.fakes.hubspot.asked import Asked, Reply, Way, always
from tests.fakes.hubspot.errors import invalid, not_found
from tests.fakes.hubspot.forms import fields_and_files
from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from bridge.nouns import Json

_ACCESS = frozenset({"PUBLIC_INDEXABLE", "PUBLIC_NOT_INDEXABLE", "HIDDEN_INDEXABLE", "HIDDEN_NOT_INDEXABLE", "PRIVATE"})


def _upload(asked: Asked) -> Reply:
    fields, files = fields_and_files(asked)
    options = json.loads(fields.get("options") or "{}")
    folder = fields.get("folderPath") or fields.get("folderId")
    if not files or not folder or options.get("access") not in _ACCESS:
        raise invalid("file, folderPath or folderId, and options with an access are required")
    sent_name, content = next(iter(files.items()))
    made = _described(asked, folder, fields.get("fileName") or sent_name, content, options["access"])
    if options.get("duplicateValidationStrategy") == "RETURN_EXISTING":
        for one in asked.portal.files.values():
            if (one["path"], one["fileMd5"]) == (made["path"], made["fileMd5"]):
                return 201, one
    asked.portal.files[made["id"]] = made
    return 201, made


def _described(asked: Asked, folder: str, name: str, content: bytes, access: str) -> dict[str, Json]:
    path, file_id = PurePosixPath(folder) / name, asked.portal.number()
    now = iso(asked.portal.clock.now())
    return {
        "id": file_id,
        "name": path.stem,
        "extension": path.suffix.lstrip("."),
        "path": str(path),
        "size": len(content),
        "fileMd5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "access": access,
        "url": f"https://24680135.fs1.hubspotusercontent-eu1.net/{file_id}",
        "type": "OTHER",
        "archived": False,
        "createdAt": now,
        "updatedAt": now,
    }


def _read(asked: Asked) -> Reply:
    return 200, _found(asked)


def _signed(asked: Asked) -> Reply:
    return 200, {"url": f"{asked.address}/stored/{_found(asked)['id']}", "expiresAt": iso(asked.portal.clock.now())}


def _stored(asked: Asked) -> Reply:
    """Hand a file out to whoever has the link."""
    return 200, asked.portal.contents[asked.path["id"]]


def _delete(asked: Asked) -> Reply:
    del asked.portal.files[_found(asked)["id"]]
    return 204, None


def _found(asked: Asked) -> dict[str, Json]:
    if asked.path["id"] not in asked.portal.files:
        raise not_found(f"File {asked.path['id']} does not exist")
    return asked.portal.files[asked.path["id"]]


ALL, FILES = "/files/v3/files", always("files")
WAYS = (
    Way("POST", ALL, _upload, FILES),
    Way("GET", ALL + "/{id}", _read, FILES),
    Way("GET", ALL + "/{id}/signed-url", _signed, FILES),
    Way("GET", "/stored/{id}", _stored, open=True),
    Way("DELETE", ALL + "/{id}", _delete, FILES),
)
