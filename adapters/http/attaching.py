"""Files of a message, where the tool takes them one by one after the message."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.http import taking
from adapters.http.answers import Uncertain
from bridge.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.http.manifest import Call
    from adapters.http.objects import View
    from adapters.http.tool import Standing, Tool
    from bridge.nouns import FileContent, Json, Record


def uploaded(tool: Tool, view: View, parent: str, files: Sequence[FileContent]) -> list[dict[str, Json]]:
    """Return files as templates see them; where the tool wants them before the record, each with what stands for it."""
    call = view.call("upload")
    found: list[dict[str, Json]] = []
    for file in files:
        known: dict[str, Json] = {"name": file.name, "mime": file.mime}
        if call is None:
            known["base64"] = base64.b64encode(Path(file.path).read_bytes()).decode()
        else:
            known["token"] = _token(tool, call, {"parent": parent, "file": dict(known)}, file)
        found.append(known)
    return found


def _token(tool: Tool, call: Call, told: dict[str, Json], file: FileContent) -> str:
    """Upload a file; one that was lost on its way is sent again, for nothing refers to it yet."""
    reply = tool.client.call(call, told, files=[file])
    token = taking.text(call.asks.row, reply.body)
    if not token:
        message = f"{tool.client.manifest.name} took a file and does not say what stands for it (row: {call.asks.row})."
        raise Transient(message)
    return token


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
