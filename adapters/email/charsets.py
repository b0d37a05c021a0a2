"""Bytes to text: by the charset that is stated if it can be true, else by what the bytes look like. Never raises."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

_OTHER_NAMES = {
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "x-euc-jp": "euc_jp",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
}
"""What mail programs call a charset, or state in place of the larger one that they use."""
_ONE_BYTE = "cp1252"
_ENOUGH = 64
"""Bytes with which guessing begins to make sense."""


def text_of(data: bytes, charset: str = "") -> str:
    """Decode a body or a header; what fits nowhere becomes replacement characters."""
    if data.isascii() and not data.count(b"\x1b") and not _shifts(charset):
        return data.decode("ascii")
    stated = _codec(charset)
    for codec in dict.fromkeys(("utf-8" if stated in ("", _ONE_BYTE) else stated, stated)):
        if codec:
            try:
                return data.decode(codec)
            except (UnicodeError, ValueError):
                continue
    best = from_bytes(data).best() if len(data) >= _ENOUGH else None
    return str(best) if best is not None else data.decode(_ONE_BYTE, errors="replace")


def _codec(charset: str) -> str:
    name = charset.strip().strip("\"'").lower()
    name = _OTHER_NAMES.get(name, name)
    try:
        codec = codecs.lookup(name) if name else None
    except (LookupError, ValueError, UnicodeError):
        return ""
    return name if codec is not None and codec._is_text_encoding else ""  # noqa: SLF001 - rot13 and base64 are codecs, too


def _shifts(charset: str) -> bool:
    """Tell whether a charset writes other letters with the bytes of ASCII."""
    return _codec(charset).replace("_", "-") in ("utf-7", "utf-16", "utf-16-le", "utf-16-be", "hz")
