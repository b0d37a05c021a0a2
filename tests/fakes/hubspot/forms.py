"""Bodies that are forms with files."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.hubspot.asked import Asked


def fields_and_files(asked: Asked) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the fields of a form by name, and its files by file name."""
    head = f"Content-Type: {asked.content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + (asked.body if isinstance(asked.body, bytes) else b""))
    fields, files = dict[str, str](), dict[str, bytes]()
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        held = content if isinstance(content, bytes) else b""
        name = part.get_filename()
        if name:
            files[name] = held
        else:
            fields[str(part.get_param("name", header="content-disposition"))] = held.decode()
    return fields, files
