"""Files of agents' answers: what can be read from here goes along, where the network takes files."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import structlog

from bridge.attachment_fetch import PIECE
from bridge.attachment_files import State, keep, path_of
from bridge.errors import AuthError, CasebridgeError, Transient
from bridge.features import safe_text
from bridge.masking import found_path, masked_address, masked_path
from bridge.nouns import FileContent, Retry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bridge.app import App, TargetSetup
    from bridge.nouns import Attachment

log = structlog.get_logger(__name__)

NOT_ALONG = "approve to send the text alone"
_SEEN = ("image/", "audio/", "video/")
"""Kinds of files of which no text can be read; their names can."""
_AGAIN = 60.0
"""Seconds until a target is asked for a file again."""


@runtime_checkable
class HandsOverFiles(Protocol):
    """A target that hands over the files of its agents' answers, which only its own sign-in opens."""

    def attachment(self, url: str) -> bytes | None:
        """Return a file by the address that the answer gave it, None if it is not there any more.

        Only addresses of the target itself are asked. Raises ``Transient`` where another try may help.
        """
        ...


def readable(files: Iterable[Attachment], setup: TargetSetup) -> bool:
    """Tell whether all of them are on this machine, or are handed over by the tool in which they were attached."""
    handed = isinstance(setup.target, HandsOverFiles)
    return all(file.path or (handed and file.url) for file in files)


def noted(files: Iterable[Attachment], alts: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return what is noted of files that are to go along; ``alts`` say what the first ones show."""
    return [
        {
            "name": safe_text(file.name or Path(file.path).name),
            "path": masked_path(file.path),
            "url": masked_address(file.url),
            "size": file.size,
            "alt": alts[place] if place < len(alts) else "",
        }
        for place, file in enumerate(files)
    ]


def words_in(file: FileContent, most: int) -> str | None:
    """Return what a file says, at most so many characters; None for a document that only a person can look into.

    Pictures and recordings say nothing here.
    """
    if file.mime.startswith(_SEEN):
        return ""
    if not file.mime.startswith("text/"):
        return None
    try:
        content = Path(file.path).read_bytes()
    except OSError:
        return None
    return content.decode(errors="replace") if len(content) <= most else None


def kept(app: App, target: str, files: Sequence[Mapping[str, Any]]) -> tuple[FileContent, ...] | str | Retry:
    """Copy files into the project's folder of attachments, as they are now; or say which one cannot go along, and why.

    ``Retry`` where the target cannot hand one over at the moment.
    """
    found: list[FileContent] = []
    for file in files:
        try:
            one = _kept(app, target, file)
        except (AuthError, Transient) as error:
            return Retry(_AGAIN, f"its files cannot be had from {target}: {error}")
        if isinstance(one, str):
            return f"the file {file['name']} cannot go along: {one}; {NOT_ALONG}"
        found.append(one)
    return tuple(found)


def _kept(app: App, target: str, file: Mapping[str, Any]) -> FileContent | str:
    policy, name = app.attachments, str(file["name"])
    if (file["size"] or 0) > policy.max_bytes:
        return f"more than {policy.max_bytes} bytes"
    try:
        with _pieces(app, target, file) as pieces:
            if pieces is None:
                return f"it is not at {target} any more"
            result = keep(app.folder, pieces, name=name, max_bytes=policy.max_bytes, types=policy.types)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    except (AuthError, Transient):
        raise
    except Exception as error:  # also an adapter's own fault: a person decides, and others go on
        log.info("file of an answer failed", exc_info=error)
        return _declined(target, error)
    if result.state is not State.FETCHED:
        return result.reason
    path = str(path_of(app.folder, result.sha256))
    return FileContent(result.sha256, name, result.mime, result.size or 0, path, alt=file.get("alt", ""))


def _declined(target: str, error: Exception) -> str:
    named = isinstance(error, CasebridgeError)
    return str(error).rstrip(".") if named else f"{target} did not hand it over ({type(error).__name__})"


@contextmanager
def _pieces(app: App, target: str, file: Mapping[str, Any]) -> Iterator[Iterable[bytes] | None]:
    """Give the content of a file, None if the target has it no more."""
    if file["path"]:
        with found_path(file["path"]).open("rb") as opened:
            yield iter(lambda: opened.read(PIECE), b"")
        return
    giver = app.targets[target].target
    content = giver.attachment(file["url"]) if isinstance(giver, HandsOverFiles) else None
    yield None if content is None else [content]
