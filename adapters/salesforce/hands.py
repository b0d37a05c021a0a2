"""An agent's hands in the org, lent by the API for trying: what they write is ours, never taken for an agent's answer."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simple_salesforce.format import format_soql

from adapters.salesforce.amending import KEEPS_OWNER
from adapters.salesforce.errors import Declined
from adapters.salesforce.looking import by_field, is_id
from adapters.salesforce.org import CASE, PERSONA
from adapters.salesforce.wording import declined
from bridge.errors import Refused, Transient
from bridge.nouns import Retry, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from adapters.salesforce.org import Org

_OBJECTS: Mapping[str, str] = {"500": CASE, "003": "Contact", "001": "Account", "00a": "CaseComment"}
"""How an id begins → its object."""
_TOLD = ("Id", "CaseNumber", "Subject", "Status", "Priority", "CreatedDate", "IsClosed", "Contact.Name")


@dataclass(frozen=True, slots=True)
class Hands:
    """Everything raises ``Refused`` for an id that is not there or a value that does not fit."""

    org: Org

    def list(self, *, status: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest cases; ``status`` is open, waiting, closed, or one of the org's."""
        wanted = self._statuses(status) if status else ()
        where = format_soql("WHERE Status IN {} ", list(wanted)) if wanted else ""
        soql = f"SELECT {', '.join(_TOLD)} FROM Case {where}ORDER BY CreatedDate DESC LIMIT {int(limit)}"  # noqa: S608 - quoted above
        with _refused(CASE):
            return [_case(row) for row in self.org.client.rows(soql)]

    def show(self, ref: str) -> dict[str, Any]:
        """Return a record; a case with what was said in it."""
        name = _object(ref)
        with _refused(name):
            row = self.org.client.json("GET", f"sobjects/{name}/{ref}")
            shown = {key: value for key, value in row.items() if value is not None and key != "attributes"}
            return {"ref": ref, **shown, **({"messages": self._said(ref)} if name == CASE else {})}

    def reply(self, case_ref: str, text: str, *, author: str, attach: Sequence[Path] = ()) -> str:
        """Write a public comment; files are put to the case, since comments take none."""
        for path in attach:
            data = base64.b64encode(path.read_bytes()).decode()
            place = {"Title": path.stem, "PathOnClient": path.name, "FirstPublishLocationId": case_ref}
            self._create("ContentVersion", {**place, "VersionData": data})
        return self._comment(case_ref, text, author, public=True)

    def note(self, case_ref: str, text: str, *, author: str) -> str:
        """Write an internal comment."""
        return self._comment(case_ref, text, author, public=False)

    def make_internal(self, message_ref: str, *, author: str) -> None:  # noqa: ARG002 - Salesforce names the user
        """Take the tick Public off a comment."""
        self._change(message_ref, {"IsPublished": False})

    def set_status(self, case_ref: str, status: str, *, author: str) -> None:  # noqa: ARG002 - Salesforce names the user
        """Set a case's status: open, waiting, closed, or one of the org's."""
        self._change(case_ref, {"Status": self._statuses(status)[0]})

    def delete(self, ref: str, *, author: str) -> None:  # noqa: ARG002 - Salesforce names the user
        """Delete a record, with what we put below it that does not go by itself."""
        name = _object(ref)
        with _refused(name):
            for child, field in self._below(name):
                key = self.org.key_field(child)
                for row in by_field(self.org, child, ["Id", "IsDeleted", key], field, [ref]):
                    if row[key] and not row["IsDeleted"]:
                        self.org.client.json("DELETE", f"sobjects/{child}/{row['Id']}")
            self.org.client.json("DELETE", f"sobjects/{name}/{ref}")

    def create_person(self, **fields: Any) -> str:  # noqa: ANN401 - field values of any type
        """Add a contact: name, email, phone."""
        names = {"name": "LastName", "email": "Email", "phone": "Phone"}
        values = {names.get(name, name): value for name, value in fields.items() if value}
        return self._create("Contact", values | self._owned(self.org.settings.record_owner))

    def create(self, subject: str, *, text: str = "", requester: str = "", author: str) -> str:  # noqa: ARG002 - Salesforce names the user
        """Open a case that Casebridge did not make."""
        values = {"Subject": subject, "Description": text, "ContactId": requester}
        filled = {name: value for name, value in values.items() if value}
        return self._create(CASE, filled | self._owned(self.org.settings.case_owner))

    def merge_cases(self, loser: str, winner: str, *, author: str) -> None:
        """Refuse: no interface of Salesforce that we use merges."""
        raise Refused(
            f"Merge {loser} into {winner} by hand: select both in a list of cases, then Merge Cases ({author})."
        )

    def merge_persons(self, loser: str, winner: str, *, author: str) -> None:
        """Refuse: no interface of Salesforce that we use merges."""
        raise Refused(f"Merge {loser} into {winner} by hand: open one, then View Duplicates ({author}).")

    def _said(self, case: str) -> Sequence[Mapping[str, Any]]:
        names = ["Id", "CommentBody", "IsPublished", "CreatedDate", "IsDeleted"]
        rows = by_field(self.org, "CaseComment", names, "ParentId", [case])
        return [
            {"ref": row["Id"], "at": row["CreatedDate"], "text": row["CommentBody"], "public": row["IsPublished"]}
            for row in rows
            if not row["IsDeleted"]
        ]

    def _statuses(self, status: str) -> Sequence[str]:
        """Return the org's statuses that one of ours means; any other is taken for one of the org's."""
        settings = self.org.settings
        if status == "waiting":
            return settings.waiting_statuses
        if status not in ("open", "closed"):
            return (status,)
        rows = self.org.client.rows("SELECT ApiName, IsClosed FROM CaseStatus")
        names = [str(row["ApiName"]) for row in rows if row["IsClosed"] == (status == "closed")]
        return [settings.reopened_status, *names] if status == "open" else names

    def _below(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield objects of ours below an object, with their field for it; what is not below it there finds nothing."""
        if name == CASE:
            yield from ((each, self.org.parent_field(each)) for each in self.org.of(Thing.MESSAGE))
        if name == self.org.person and PERSONA in self.org.of(Thing.PROFILE):
            yield PERSONA, "ParentId"

    def _comment(self, case: str, text: str, author: str, *, public: bool) -> str:
        return self._create(
            "CaseComment", {"ParentId": case, "CommentBody": f"{text}\n\n{author}", "IsPublished": public}
        )

    def _create(self, name: str, values: Mapping[str, Any]) -> str:
        with _refused(name):
            return str(self.org.client.json("POST", f"sobjects/{name}", json=values, headers=KEEPS_OWNER)["id"])

    def _change(self, ref: str, values: Mapping[str, Any]) -> None:
        name = _object(ref)
        with _refused(name):
            self.org.client.json("PATCH", f"sobjects/{name}/{ref}", json=values, headers=KEEPS_OWNER)

    @staticmethod
    def _owned(owner: str) -> dict[str, str]:
        return {"OwnerId": owner} if owner else {}


def _case(row: Mapping[str, Any]) -> dict[str, Any]:
    contact = row.get("Contact") or {}
    told = {name: row[name] for name in ("CaseNumber", "Subject", "Status", "Priority", "CreatedDate")}
    return {"ref": row["Id"], **told, "person": contact.get("Name") or ""}


def _object(ref: str) -> str:
    name = _OBJECTS.get(ref[:3]) if is_id(ref) else None
    if name is None:
        raise Refused(f"{ref} is no id of a case, person or comment of Salesforce.")
    return name


@contextmanager
def _refused(name: str) -> Iterator[None]:
    try:
        yield
    except Declined as error:
        outcome = declined(error.faults[0], name)
        raise (Transient if isinstance(outcome, Retry) else Refused)(outcome.reason) from error
