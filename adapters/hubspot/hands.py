"""An agent's hands in HubSpot, lent by the API for trying: what they write is an integration's, never taken for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.hubspot import attaching, objects, paths
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import CONTACTS, FILES, NOTES, READ, TEXT, TICKETS
from adapters.hubspot.people import name_of
from adapters.hubspot.values import as_html, as_text, instant
from bridge.errors import Refused
from bridge.keys import short_hash
from bridge.nouns import FileContent, Thing
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row

_WORDS = {TICKETS: "case", CONTACTS: "person", NOTES: "message"}
_NEWEST = [{"propertyName": "createdate", "direction": "DESCENDING"}]


@dataclass(frozen=True, slots=True)
class Hands:
    """Ids of tickets stand alone, others behind their object: ``contacts/17``. All raise ``Refused`` for what is not there."""

    account: Account

    def list(self, *, status: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest tickets; ``status`` is open or closed. The search that finds them lags."""
        body = {"sorts": _NEWEST, "properties": list(READ[TICKETS]), "limit": 200}
        rows = self.account.client.ask(paths.objects(TICKETS, "search"), body, purpose=Purpose.ANSWER).results
        return [case for row in rows if status in ("", (case := self._case(row))["status"])][:limit]

    def show(self, ref: str) -> dict[str, Any]:
        """Return a ticket with its notes, or a contact, or a note."""
        name, row = self._standing(ref)
        if name != TICKETS:
            return {"object": _WORDS[name], "ref": f"{name}/{row['id']}", **self._told(row)}
        case = self._case(row)
        person = self._linked(row["id"], CONTACTS)[:1]
        notes = sorted(self._linked(row["id"], NOTES), key=lambda note: (note["createdAt"], int(note["id"])))
        messages = [self._message(note) for note in notes]
        requester = {"person": name_of(person[0]["properties"])} if person else {}
        return {"object": "case", **case, **requester, "messages": messages, "events": []}

    def reply(self, case_ref: str, text: str, *, author: str, attach: Sequence[Path] = ()) -> str:
        """Write a note that answers the customer, as an agent would."""
        said = f"{self.account.settings.answer_prefix} {text}"
        return self._say(case_ref, said, author, attach)

    def note(self, case_ref: str, text: str, *, author: str) -> str:
        """Write a note."""
        return self._say(case_ref, text, author)

    def make_internal(self, message_ref: str, *, author: str) -> None:  # noqa: ARG002 - HubSpot names the app
        """Take the word that makes a note an answer out of it."""
        name, row = self._standing(message_ref)
        text = as_text(row["properties"].get(TEXT[NOTES]) or "").removeprefix(self.account.settings.answer_prefix)
        self._change(name, row["id"], {TEXT[NOTES]: as_html(text.strip())})

    def set_status(self, case_ref: str, status: str, *, author: str) -> None:  # noqa: ARG002 - HubSpot names the app
        """Put a ticket into a stage: open, closed, or a stage by its id or label."""
        _, row = self._standing(case_ref)
        pipeline = row["properties"].get("hs_pipeline") or ""
        stages: Sequence[Row] = next(
            (each["stages"] for each in self.account.schemas.pipelines() if each["id"] == pipeline), []
        )
        closed = self.account.schemas.stages
        fitting = [
            stage["id"]
            for stage in stages
            if status in (stage["id"], stage["label"], "closed" if closed[stage["id"]] else "open")
        ]
        if not fitting:
            message = f"Pipeline {pipeline} has no stage {status}."
            raise Refused(message)
        self._change(TICKETS, row["id"], {"hs_pipeline_stage": fitting[-1 if status == "closed" else 0]})

    def delete(self, ref: str, *, author: str) -> None:  # noqa: ARG002 - HubSpot names the app
        """Put a record into the bin: one by its object and id, or one of ours by its id alone; a ticket with its messages.

        HubSpot leaves those standing, on nothing.
        """
        name, row = self._standing(ref) if "/" in ref else self._ours(ref)
        for kind in self._messages if name == TICKETS else ():
            for message in self.account.associations.of(TICKETS, kind, [row["id"]], Purpose.ANSWER).get(row["id"], ()):
                self.account.client.write(paths.objects(kind, message), method="DELETE", purpose=Purpose.ANSWER)
        self.account.client.write(paths.objects(name, row["id"]), method="DELETE", purpose=Purpose.ANSWER)

    def create_person(self, **fields: Any) -> str:  # noqa: ANN401 - field values of any type
        """Add a contact: name, email, phone."""
        given = {"lastname": fields.pop("name", ""), **fields}
        values = {name: str(value) for name, value in given.items() if value}
        refusal = first_violation(self.account.schemas.of(CONTACTS), values, creating=True)
        if refusal is not None:
            raise Refused(refusal.reason, field=refusal.field)
        row = self._create(CONTACTS, values, ())
        return f"{CONTACTS}/{row['id']}"

    def create(self, subject: str, *, text: str = "", requester: str = "", author: str) -> str:  # noqa: ARG002 - HubSpot names the app
        """Open a ticket that Casebridge did not make."""
        pipeline = self.account.settings.pipeline
        stage = self.account.schemas.opening_stage(pipeline)
        values = {"subject": subject, "content": text, "hs_pipeline": pipeline, "hs_pipeline_stage": stage}
        to = [(CONTACTS, self._standing(requester)[1]["id"])] if requester else []
        return str(self._create(TICKETS, values, to)["id"])

    def merge_cases(self, loser: str, winner: str, *, author: str) -> None:
        """Merge two tickets."""
        self._merge(loser, winner, author)

    def merge_persons(self, loser: str, winner: str, *, author: str) -> None:
        """Merge two contacts."""
        self._merge(loser, winner, author)

    def _merge(self, loser: str, winner: str, author: str) -> None:  # noqa: ARG002 - HubSpot names the app
        (name, goes), (_, stays) = self._standing(loser), self._standing(winner)
        body = {"primaryObjectId": stays["id"], "objectIdToMerge": goes["id"]}
        self.account.client.write(paths.objects(name, "merge"), body, purpose=Purpose.ANSWER)

    def _say(self, case_ref: str, text: str, author: str, attach: Sequence[Path] = ()) -> str:
        _, case = self._standing(case_ref)
        now = instant(self.account.surroundings.clock.now())
        key = short_hash(case["id"], now, text)
        files = [FileContent(short_hash(str(path)), path.name, "", path.stat().st_size, str(path)) for path in attach]
        values = {TEXT[NOTES]: as_html(f"{text}\n\n{author}"), "hs_timestamp": now}
        if files:
            values[FILES] = ";".join(attaching.uploaded(self.account.client, key, files))
        return f"{NOTES}/{self._create(NOTES, values, [(TICKETS, case['id'])])['id']}"

    def _create(self, name: str, values: dict[str, str], to: Sequence[tuple[str, str]]) -> Row:
        links = [self.account.associations.input(name, other, ref) for other, ref in to]
        body = {"properties": values, "associations": links}
        row: Row = self.account.client.write(paths.objects(name), body, purpose=Purpose.ANSWER).body
        return row

    def _change(self, name: str, ref: str, values: dict[str, str]) -> None:
        body = {"properties": values}
        self.account.client.write(paths.objects(name, ref), body, method="PATCH", purpose=Purpose.ANSWER)

    def _standing(self, ref: str) -> tuple[str, Row]:
        name, _, number = ref.rpartition("/")
        name = name or TICKETS
        row = (
            self.account.finder.survivors(name, [number], purpose=Purpose.ANSWER).get(number)
            if name in _WORDS and number.isdecimal()
            else None
        )
        if row is None:
            message = f"HubSpot has no record {ref}."
            raise Refused(message)
        return name, row

    def _ours(self, ref: str) -> tuple[str, Row]:
        """Find the one record with this id that carries our key: ids are told apart within an object only."""
        found = []
        for name in (TICKETS, CONTACTS) if ref.isdecimal() else ():
            key = self.account.key_field(name)
            rows = objects.read(self.account.client, name, [ref], [key], purpose=Purpose.ANSWER)
            found += [(name, row) for row in rows if row["id"] == ref and row["properties"].get(key)]
        if len(found) != 1:
            message = f"{ref} is not one record of ours; name its object, as in tickets/{ref}."
            raise Refused(message)
        return found[0]

    @property
    def _messages(self) -> Sequence[str]:
        """Return the objects of messages: notes, and those that the mappings deliver to."""
        wanted = self.account.surroundings.objects.get(Thing.MESSAGE, ())
        return list(dict.fromkeys([NOTES, *(each.object for each in wanted)]))

    def _linked(self, ticket: str, name: str) -> Sequence[Row]:
        refs = self.account.associations.of(TICKETS, name, [ticket], Purpose.ANSWER).get(ticket, ())
        return objects.read(self.account.client, name, refs, READ[name], purpose=Purpose.ANSWER) if refs else []

    def _case(self, row: Row) -> dict[str, Any]:
        stage = row["properties"].get("hs_pipeline_stage") or ""
        status = "closed" if self.account.schemas.stages.get(stage, False) else "open"
        priority = row["properties"].get("hs_ticket_priority") or ""
        return {"ref": row["id"], "status": status, "priority": priority, **self._told(row)}

    @staticmethod
    def _told(row: Row) -> dict[str, Any]:
        return {name: value for name, value in row["properties"].items() if value}

    @staticmethod
    def _message(row: Row) -> dict[str, Any]:
        properties = row["properties"]
        return {
            "ref": f"{NOTES}/{row['id']}",
            "at": properties.get("hs_timestamp"),
            "text": as_text(properties.get(TEXT[NOTES]) or ""),
            "files": properties.get(FILES) or "",
        }
