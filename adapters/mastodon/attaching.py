"""Files that go along with an answer: which the server takes, and how they come there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import Transient
from bridge.file_descriptions import description

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.mastodon.client import Client
    from adapters.mastodon.entities import Configuration
    from bridge.clock import Clock
    from bridge.nouns import FileContent

_LOOKS = 30
"""Seconds that a server may take to prepare a file; videos take longest."""


def unfit(files: Sequence[FileContent], allowed: Configuration) -> tuple[str, str] | None:
    """Return why files cannot go along and what could be done instead, None if they can."""
    taken, most = allowed.media_attachments, allowed.statuses.max_media_attachments
    others = [file.name for file in files if file.mime not in taken.supported_mime_types]
    if others:
        return f"the server takes no files such as {', '.join(others)}", "a link to the file"
    if len(files) > most:
        return f"a post takes {most} files, not {len(files)}", "fewer files"
    large = [file.name for file in files if file.size > taken.most_bytes(file.mime)]
    return (f"{', '.join(large)}: larger than the server takes", "a smaller file") if large else None


def attach(client: Client, clock: Clock, files: Sequence[FileContent]) -> list[str]:
    """Put files on the server, each with what its name tells; return their ids once they can be posted.

    What is there and never posted, the server deletes by itself. Raises ``Transient`` where it does not get ready.
    """
    return [_attached(client, clock, file) for file in files]


def _attached(client: Client, clock: Clock, file: FileContent) -> str:
    words = file.alt or description(file.name)
    id_, ready = client.upload(file.name, Path(file.path).read_bytes(), file.mime, words)
    for _ in range(_LOOKS):
        if ready:
            return id_
        clock.sleep(1)
        ready = client.is_ready(id_)
    message = f"the server still prepares {file.name}"
    raise Transient(message)
