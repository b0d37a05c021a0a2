"""HubSpot's files, in front of a pretend account: uploads are kept, the same file in the same folder is one file."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/files/v3/files"


class Files:
    """An app that keeps files and lets everything else through."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app
        self.names: dict[str, str] = {}
        """File id → name."""
        self.access: dict[str, str] = {}
        self._places: dict[tuple[str, str], str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take an upload or a deletion, or pass the call on."""
        if not scope["path"].startswith(PATH):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "DELETE":
            self.names.pop(scope["path"].rpartition("/")[2], None)
            response: Response = Response(status_code=204)
        else:
            response = JSONResponse(self._keep(scope, (await receive())["body"]), 201)
        await response(scope, receive, send)

    def _keep(self, scope: Scope, body: bytes) -> dict[str, str]:
        kind = next(value for name, value in scope["headers"] if name.lower() == b"content-type")
        form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind + b"\r\n\r\n" + body)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
        folder, name = parts["folderPath"].get_content().strip(), parts["fileName"].get_content().strip()
        options = json.loads(parts["options"].get_content())
        assert "file" in parts
        file_id = self._places.setdefault((folder, name), str(9_000 + len(self._places)))
        self.names[file_id], self.access[file_id] = name, options["access"]
        return {"id": file_id}
