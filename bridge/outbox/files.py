"""Files of messages, as targets receive them."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from bridge.attachment_files import name_of, path_of
from bridge.nouns import FileContent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def attached(rows: Iterable[Any], folder: Path) -> tuple[FileContent, ...]:
    """Return the attachments that were fetched, in order; ``rows`` are those of one message."""
    return tuple(
        FileContent(
            key=row.sha256,
            name=name_of(row) or f"{row.sha256[:12]}{mimetypes.guess_extension(row.mime or '') or ''}",
            mime=row.mime,
            size=row.size or 0,
            path=str(path_of(folder, row.sha256)),
        )
        for row in rows
        if row.state == "fetched"
    )
