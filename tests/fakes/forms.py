"""Bodies that are forms, with or without files."""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class File:
    """A file: the form's part it came in, its own name, and what it holds."""

    part: str
    name: str
    content: bytes


async def form_of(request: Request) -> tuple[list[tuple[str, str]], list[File]]:
    """Return fields in order and files of a form."""
    kind, body = request.headers.get("content-type", ""), await request.body()
    if not kind.startswith("multipart/"):
        return parse_qsl(body.decode()), []
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    fields, files = list[tuple[str, str]](), list[File]()
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        held = content if isinstance(content, bytes) else b""
        name = str(part.get_param("name", header="content-disposition"))
        if part.get_filename():
            files.append(File(name, str(part.get_filename()), held))
        else:
            fields.append((name, held.decode()))
    return fields, files
