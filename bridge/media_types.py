"""What sort of file some bytes are: by what they begin with, never by what somebody says of them."""

from __future__ import annotations

import mimetypes
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "application/octet-stream"
BEGINNING = 4_096
"""Bytes that are looked at."""

_MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
)
_ACTIVE = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml")
"""Text that a browser may run; never shown as plain text or as a picture."""


def sniff(beginning: bytes, name: str) -> str:
    """Return the media type of a file by its first bytes; plain text only under a name (or none) that says so."""
    for offset, magic, kind in _MAGIC:
        if beginning.startswith(magic, offset):
            return kind
    if beginning.lstrip().lower().startswith(_ACTIVE):
        return "text/html"
    return _text_type(name) if _is_text(beginning) else UNKNOWN


def allowed(kind: str, patterns: Iterable[str]) -> bool:
    """Tell whether a media type is one of ``patterns``, such as image/*."""
    return any(fnmatchcase(kind, pattern.lower()) for pattern in patterns)


def _is_text(beginning: bytes) -> bool:
    if b"\0" in beginning:
        return False
    try:
        beginning.decode()
    except UnicodeDecodeError as error:
        return error.start > len(beginning) - 4 and len(beginning) == BEGINNING
    return True


def _text_type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or ("text/plain" if "." not in name else UNKNOWN)
    return guessed if guessed.startswith("text/") else UNKNOWN
