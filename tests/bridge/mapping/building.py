"""Builds mappings from short texts, for the tests beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge import documents
from bridge.mapping.rows import load_row_mapping
from bridge.mapping.target import compile_target_mapping
from bridge.nouns import Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.mapping.rows import RowMapping, What
    from bridge.mapping.target import TargetMapping


def target(fields: str, thing: Thing = Thing.MESSAGE, *, head: str = "object: Ticket\nkey: our_key\n") -> TargetMapping:
    """Compile a mapping with these lines of fields (from line 4 of the file on)."""
    indented = "\n".join(f"  {line}" for line in fields.splitlines())
    return compile_target_mapping(documents.parse(f"{head}fields:\n{indented}\n", "case.yaml"), thing=thing)


def field(entry: str, values: Mapping[str, Any] | None = None) -> object:
    """Return what one field yields; "absent" if it is left out."""
    return target(f"f: {entry}").render(values or {}, {}).fields.get("f", "absent")


def of_text(verbs: str, text: object) -> object:
    """Return what verbs make of a value."""
    return field(f"{{from: message.extra.v, {verbs}}}", {"message.extra": {"v": text}})


def rows(fields: str, what: What = "messages", *, head: str = "") -> RowMapping:
    """Compile a mapping of rows with these lines of fields (from line 2 of the file on)."""
    indented = "\n".join(f"  {line}" for line in fields.splitlines())
    return load_row_mapping(documents.parse(f"{head}fields:\n{indented}\n", "rows.yaml"), what=what)
