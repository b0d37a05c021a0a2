"""An invented tracker of forms: one address, ``do=`` says what; the key is in the query; nothing can be searched.

It has no field for anybody's key. Changes are answered 204 whether they were made or not, ids are texts with leading noughts,
times are Berlin's, and what went wrong stands in answers of 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from starlette.responses import JSONResponse, Response

from tests.fakes.forms import form_of
from tests.fakes.rest import House, Item, Wrong

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from bridge.clock import Clock
    from tests.fakes.forms import File

KEY = "kreuzbrief-key-7a10"
ME, AGENT = "0007", "0009"
PAGE = 5
BERLIN = ZoneInfo("Europe/Berlin")
TROUBLES = {
    "401": JSONResponse({"r": "err", "c": "key"}),
    "429": JSONResponse({"r": "err", "c": "slow", "m": "zu schnell, bitte 9 s warten"}),
}


class Kreuzbrief(House):
    """A mailbox of tickets."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        super().__init__(clock, {}, TROUBLES)
        self.longest_subject = 60
        self.app = self.serve("", {"GET /api.php": self._asked, "POST /api.php": self._asked})
        self._deeds = {
            "me": self._me,
            "ticket.list": self._list,
            "ticket.get": self._get,
            "ticket.add": self._add,
            "ticket.set": self._set,
            "ticket.del": self._del,
            "note.list": self._notes,
            "note.add": self._note,
            "note.set": self._set_note,
            "note.del": self._del,
            "file.put": self._file,
        }

    def say(self, ticket: int, text: str, *, hidden: bool, by: str = AGENT) -> Item:
        """Write a note; what is not hidden is mailed."""
        made = self.make("notes", {"ticket": ticket, "text": text, "hidden": hidden}, by)
        self.touch(self.items[ticket], by)
        if not hidden:
            self.notices.send(f"sender of {ticket}", text, automation="note", about=str(ticket), by=by)
        return made

    async def _asked(self, request: Request) -> Response:
        form, files = await form_of(request)
        asked = {**dict(request.query_params), **dict(form)}
        if request.query_params.get("key") != KEY:
            raise Wrong(200, {"r": "err", "c": "key"})
        deed = self._deeds.get(asked.get("do", ""))
        if deed is None:
            raise Wrong(200, {"r": "err", "c": "what", "m": "do?"})
        return deed(asked, files)

    def _me(self, _: dict[str, str], __: list[File]) -> Response:
        return JSONResponse({"r": "ok", "user": {"no": ME, "name": "casebridge"}})

    def _list(self, asked: dict[str, str], _: list[File]) -> Response:
        """List tickets, changed last first; no filter is known, and pages have no end that is told."""
        every = sorted(self.of("tickets"), key=lambda each: (each.changed, each.id), reverse=True)
        start = (int(asked.get("page") or 1) - 1) * PAGE
        return JSONResponse({"r": "ok", "tickets": [self._shown(each) for each in every[start : start + PAGE]]})

    def _get(self, asked: dict[str, str], _: list[File]) -> Response:
        return JSONResponse({"r": "ok", "ticket": self._shown(self._there(asked, "tickets"))})

    def _add(self, asked: dict[str, str], _: list[File]) -> Response:
        if not asked.get("subject"):
            raise Wrong(200, {"r": "err", "c": "empty", "m": "Betreff fehlt", "f": "subject"})
        known = {name: asked[name] for name in ("subject", "text", "phase", "source") if name in asked}
        item = self.make("tickets", {"phase": "offen", **known}, ME)
        return JSONResponse({"r": "ok", "no": _number(item.id)})

    def _set(self, asked: dict[str, str], _: list[File]) -> Response:
        """Change what is understood, and be silent about the rest."""
        item = self._there(asked, "tickets")
        known = {name: asked[name] for name in ("subject", "text", "phase", "source") if name in asked}
        if (
            known.get("phase", "offen") not in ("offen", "ruht", "zu")
            or len(known.get("subject", "")) > self.longest_subject
        ):
            return Response(status_code=204)
        self.touch(item, ME, **known)
        return Response(status_code=204)

    def _del(self, asked: dict[str, str], _: list[File]) -> Response:
        item = self._there(asked, "tickets" if asked["do"].startswith("ticket") else "notes")
        item.deleted = True
        self.touch(item, ME)
        return Response(status_code=204)

    def _notes(self, asked: dict[str, str], _: list[File]) -> Response:
        ticket = self._there(asked, "tickets")
        every = [each for each in self.of("notes") if each.fields["ticket"] == ticket.id and not each.deleted]
        start = (int(asked.get("page") or 1) - 1) * PAGE
        return JSONResponse({"r": "ok", "notes": [self._shown(each) for each in every[start : start + PAGE]]})

    def _note(self, asked: dict[str, str], _: list[File]) -> Response:
        if not asked.get("text"):
            raise Wrong(200, {"r": "err", "c": "empty", "m": "Text fehlt", "f": "text"})
        ticket = self._there(asked, "tickets")
        made = self.say(ticket.id, asked["text"], hidden=asked.get("hidden") == "1", by=ME)
        return JSONResponse({"r": "ok", "no": _number(made.id)})

    def _set_note(self, asked: dict[str, str], _: list[File]) -> Response:
        item = self._there(asked, "notes")
        self.touch(item, item.by, text=asked["text"])
        return Response(status_code=204)

    def _file(self, asked: dict[str, str], files: list[File]) -> Response:
        self._there(asked, "notes").files += [file.name for file in files if file.part == "datei"]
        return JSONResponse({"r": "ok"})

    def _shown(self, item: Item) -> dict[str, Any]:
        told = {"no": _number(item.id), "by": item.by, "made": _local(item.created), "touched": _local(item.changed)}
        if item.kind == "notes":
            return {
                **told,
                "text": item.fields["text"],
                "hidden": "1" if item.fields["hidden"] else "0",
                "files": item.files,
            }
        moved = _number(item.merged_into) if item.merged_into else ""
        return {**told, **item.fields, "bin": "1" if item.deleted else "0", "moved": moved}

    def _there(self, asked: dict[str, str], kind: str) -> Item:
        item = self.items.get(int(asked.get("no", "0"))) if asked.get("no", "").isdecimal() else None
        if item is None or item.kind != kind or (item.deleted and kind == "notes"):
            raise Wrong(200, {"r": "err", "c": "none", "m": "gibt es nicht"})
        if item.deleted:
            raise Wrong(200, {"r": "err", "c": "bin", "m": "im Papierkorb"})
        if item.merged_into and asked["do"] != "ticket.get":
            raise Wrong(200, {"r": "err", "c": "moved", "to": _number(item.merged_into)})
        return item


def _number(number: int) -> str:
    return f"{number:08d}"


def _local(at: datetime) -> str:
    return at.astimezone(BERLIN).strftime("%d.%m.%Y %H:%M:%S")
