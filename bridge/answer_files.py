"""Files of agents' answers: what can be read from here goes along, where the network takes files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.attachment_fetch import PIECE
from bridge.attachment_files import State, keep, path_of
from bridge.features import safe_text
from bridge.masking import found_path, masked_path
from bridge.nouns import FileContent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bridge.app import App
    from bridge.nouns import Attachment

NOT_ALONG = "approve to send the text alone"


def readable(files: Iterable[Attachment]) -> bool:
    """Tell whether all of them are files on this machine; others would need the sign-in of the tool that has them."""
    return all(file.path for file in files)


def noted(files: Iterable[Attachment]) -> list[dict[str, Any]]:
    """Return what is noted of files that are to go along."""
    return [{"name": safe_text(file.name or Path(file.path).name), "path": masked_path(file.path)} for file in files]


def kept(app: App, files: Sequence[Mapping[str, Any]]) -> tuple[FileContent, ...] | str:
    """Copy files into the project's folder of attachments, as they are now; or say which one cannot go along, and why."""
    found: list[FileContent] = []
    for file in files:
        one = _kept(app, file)
        if isinstance(one, str):
            return f"the file {file['name']} cannot go along: {one}; {NOT_ALONG}"
        found.append(one)
    return tuple(found)


def _kept(app: App, file: Mapping[str, Any]) -> FileContent | str:
    policy, name = app.attachments, str(file["name"])
    try:
        with found_path(file["path"]).open("rb") as opened:
            pieces = iter(lambda: opened.read(PIECE), b"")
            result = keep(app.folder, pieces, name=name, max_bytes=policy.max_bytes, types=policy.types)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if result.state is not State.FETCHED:
        return result.reason
    path = str(path_of(app.folder, result.sha256))
    return FileContent(result.sha256, name, result.mime, result.size or 0, path)
