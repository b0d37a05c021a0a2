"""Files that are put on a pretend Mastodon server before they are posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from tests.fakes.forms import form_of
from tests.fakes.mastodon.wrong import Wrong

if TYPE_CHECKING:
    from starlette.requests import Request

    from tests.fakes.mastodon.world import World

LARGEST = 2_000_000
TAKEN = ("image/png", "image/jpeg", "application/pdf")


class Files:
    """What was put there, by whom, and whether it can be posted."""

    def __init__(self, world: World) -> None:
        """Begin with none."""
        self._world = world
        self.prepares = 0
        """So often a file is looked at before it is ready."""
        self.contents: dict[str, bytes] = {}
        self._shown: dict[str, tuple[str, dict[str, Any]]] = {}

    async def take(self, request: Request, viewer: str) -> Response:
        """Take a file."""
        fields, files = await form_of(request)
        if [file.part for file in files] != ["file"] or {name for name, _ in fields} - {"description"}:
            raise Wrong(422)
        (file,), id_ = files, self._world.number()
        shown = {"id": id_, "type": "image", "url": f"https://files.social.example/{file.name}"}
        self._shown[id_] = viewer, shown | {"description": dict(fields).get("description")}
        self.contents[id_] = file.content
        return JSONResponse({**shown, "url": None} if self.prepares else shown, 202 if self.prepares else 200)

    async def show(self, request: Request, viewer: str) -> Response:
        """Show a file, 206 while it is not ready."""
        shown = self._of(request.path_params["id"], viewer)
        self.prepares -= 1
        return JSONResponse({**shown, "url": None} if self.prepares > 0 else shown, 206 if self.prepares > 0 else 200)

    def ready(self, id_: str, viewer: str) -> dict[str, Any]:
        """Return a file that is to be posted."""
        if self.prepares > 0:
            raise Wrong(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        return self._of(id_, viewer)

    def _of(self, id_: str, viewer: str) -> dict[str, Any]:
        owner, shown = self._shown.get(id_, ("", {}))
        if owner != viewer:
            raise Wrong(404)
        return shown
