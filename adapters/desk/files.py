"""Files of the desk's records, by reference: the content stays where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import Attachment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from bridge.nouns import FileContent


def attach(connection: sqlite3.Connection, ref: str, files: Iterable[FileContent]) -> None:
    """Attach files to a record; a file that is there already stays."""
    connection.executemany(
        "INSERT OR IGNORE INTO file (record, key, name, mime, size, path) VALUES (?, ?, ?, ?, ?, ?)",
        [(ref, file.key, file.name, file.mime, file.size, file.path) for file in files],
    )


def attached(connection: sqlite3.Connection, ref: str) -> tuple[Attachment, ...]:
    """Return the files of a record, by name."""
    found = connection.execute("SELECT name, mime, size, path FROM file WHERE record = ? ORDER BY name", (ref,))
    return tuple(Attachment(name=name, mime=mime, size=size, path=path) for name, mime, size, path in found)


def detach(connection: sqlite3.Connection, ref: str) -> None:
    """Take all files off a record."""
    connection.execute("DELETE FROM file WHERE record = ?", (ref,))
