"""The attachment folder: each file under the hash of its content, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bridge import media_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FOLDER = "attachments"


class State(StrEnum):
    """How far fetching an attachment got."""

    WANTED = "wanted"
    FETCHED = "fetched"
    TOO_LARGE = "too_large"
    BAD_TYPE = "bad_type"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one attachment; ``size`` in bytes."""

    state: State
    reason: str = ""
    sha256: str = ""
    mime: str = ""
    size: int | None = None


def path_of(folder: Path, digest: str) -> Path:
    """Return where the file with this SHA-256 stands; ``folder`` is the project's."""
    return folder / FOLDER / digest[:2] / digest[2:]


def keep(folder: Path, pieces: Iterable[bytes], *, name: str, max_bytes: int, types: Sequence[str]) -> Result:
    """Write a file from its pieces, unless it is too large or of an unwanted type; equal files are kept once.

    ``name`` only helps to tell kinds of text apart. Raises ``OSError`` where nothing can be written.
    """
    home = folder / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=home, prefix=".part-", delete=False) as part:
        try:
            result = _filled(part.fileno(), pieces, name, max_bytes, types)
            if result.state is State.FETCHED:
                _move(Path(part.name), path_of(folder, result.sha256))
        finally:
            Path(part.name).unlink(missing_ok=True)
    return result


def _filled(part: int, pieces: Iterable[bytes], name: str, max_bytes: int, types: Sequence[str]) -> Result:
    digest, size, kind, beginning = sha256(), 0, "", b""
    for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            return Result(State.TOO_LARGE, f"more than {max_bytes} bytes", size=size)
        if not kind:
            beginning += piece
            if len(beginning) >= media_types.BEGINNING:
                kind = media_types.sniff(beginning[: media_types.BEGINNING], name)
                if not media_types.allowed(kind, types):
                    break
        digest.update(piece)
        _write(part, piece)
    kind = kind or media_types.sniff(beginning, name)
    if not media_types.allowed(kind, types):
        return Result(State.BAD_TYPE, f"{kind} is not among the types that are kept", mime=kind)
    os.fsync(part)
    return Result(State.FETCHED, sha256=digest.hexdigest(), mime=kind, size=size)


def _write(part: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(part, view) :]


def _move(part: Path, place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    part.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def name_of(row: Any) -> str:  # noqa: ANN401 - a row of the attachment table
    """Return what people call an attachment: its name, else that of its file, else what its address ends in."""
    if row.name:
        return str(row.name)
    ending = PurePosixPath((row.path or urlsplit(row.url or "").path).replace("\\", "/"))
    return ending.name if row.path or ending.suffix else ""
