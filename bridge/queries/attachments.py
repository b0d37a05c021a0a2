"""Files of messages, and how far fetching them got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.attachment_files import name_of
from bridge.queries.selection import Cut, matching
from bridge.store.schema import attachment

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentLine:
    """One attachment in a list; ``sha256`` names its file in the attachment folder."""

    id: int
    message: int
    name: str
    mime: str
    size: int | None
    state: str
    reason: str
    origin: str
    sha256: str


def list_attachments(connection: Connection, state: str, message: int | None, cut: Cut) -> list[AttachmentLine]:
    """Return attachments, the newest first; an empty state means any."""
    query = matching(select(attachment), {attachment.c.state: state, attachment.c.message_id: message})
    return [
        AttachmentLine(
            id=row.id,
            message=row.message_id,
            name=name_of(row),
            mime=row.mime,
            size=row.size,
            state=row.state,
            reason=row.reason,
            origin=row.url or row.path,
            sha256=row.sha256,
        )
        for row in connection.execute(cut.of(query, attachment.c.id))
    ]
