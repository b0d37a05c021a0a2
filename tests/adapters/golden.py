"""Recorded payloads with what is to become of them: ``fixtures/*.json`` holds ``given`` and ``expect``, people are invented."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import SourceEvent


def situations(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the situations of a folder by name."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}


def told(events: list[SourceEvent]) -> list[dict[str, Any]]:
    """Return events as the fixtures write them: only what is not empty, without what was given."""
    return [{"event": type(event).__name__, **_plain(event)} for event in events]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any noun or part of one
    if is_dataclass(value):
        parts = {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name != "raw"}
        return {name: part for name, part in parts.items() if part not in ("", None, [], {}, "in")}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return str(value) if hasattr(value, "_fields") else [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value
