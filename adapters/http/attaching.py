"""Files of a message, where the tool takes them one by one after the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.http import taking
from adapters.http.answers import Uncertain
from bridge.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.http.objects import View
    from adapters.http.tool import Standing, Tool
    from bridge.nouns import FileContent, Record


def send(tool: Tool, view: View, ref: str, parent: str, files: Sequence[FileContent]) -> None:
    """Send files one by one; a lost answer is looked after when the record is tried again."""
    call = view.call("attach")
    if call is None:
        return
    for file in files:
        told = {"ref": ref, "parent": parent, "file": {"name": file.name, "mime": file.mime}}
        try:
            tool.client.call(call, told, writing=True, files=[file])
        except Uncertain as lost:
            raise Transient(str(lost)) from lost


def missing(tool: Tool, view: View, record: Record, there: Standing) -> None:
    """Send the files of a record that are not there yet, where that can be seen."""
    if view.says.reads.files is None or view.call("attach") is None:
        return
    present = set(taking.texts(view.says.reads.files, there.row))
    send(tool, view, there.ref, record.parent, [file for file in record.files if file.name not in present])
