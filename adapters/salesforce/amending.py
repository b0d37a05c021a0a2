"""One-shot changes of what stands in the org; doing one twice has the effect of once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.salesforce import collections, files
from adapters.salesforce.client import Part
from adapters.salesforce.errors import Declined, Lost
from adapters.salesforce.looking import by_field, same, standing
from adapters.salesforce.org import CASE
from adapters.salesforce.wording import refusal
from bridge.nouns import AmendmentKind, Ended, Refusal, Thing, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.salesforce.org import Org
    from bridge.nouns import Amendment, Outcome

REDACTED = "[redacted]"
KEEPS_OWNER = {collections.AUTO_ASSIGN: "FALSE"}
_TEXTS = frozenset({"string", "textarea", "email", "phone", "url", "encryptedstring"})


def amend(org: Org, amendment: Amendment) -> Outcome:
    """Do one change; what is lost on the way is unknown, what Salesforce declines is refused."""
    name = _object(org, amendment)
    try:
        row = standing(org, name, [amendment.ref], _read(org, name, amendment.kind)).get(amendment.ref)
        if row is None:
            return Refusal(f"Salesforce has no {name} {amendment.ref}.", code="not_found")
        if row["IsDeleted"]:
            return _ended(row, amendment)
        return _DOING[amendment.kind](org, amendment, row) or Written(amendment.ref, created=False)
    except Lost as error:
        return Unknown(str(error))
    except Declined as error:
        return refusal(error.faults[0], name)


def _object(org: Org, amendment: Amendment) -> str:
    names = {Thing.CASE: CASE, Thing.PERSON: org.person}
    return names.get(amendment.thing) or _message(org)


def _message(org: Org) -> str:
    return org.objects[Thing.MESSAGE].object if Thing.MESSAGE in org.objects else ""


def _read(org: Org, name: str, kind: AmendmentKind) -> list[str]:
    """Return the fields that a kind of change looks at."""
    if kind is AmendmentKind.REDACT:
        parent = [org.parent_field(name)] if name == _message(org) else []
        return [org.key_field(name), *parent, *(field["name"] for field in _redactable(org, name))]
    if kind is AmendmentKind.TAG and org.has(name, org.settings.tag_field):
        return [org.settings.tag_field]
    return {
        AmendmentKind.LINK: ["ParentId"],
        AmendmentKind.REOPEN: ["IsClosed"],
        AmendmentKind.WITHDRAW: [org.key_field(name)],
    }.get(kind, [])


def _ended(row: Mapping[str, Any], amendment: Amendment) -> Outcome:
    if amendment.kind in (AmendmentKind.WITHDRAW, AmendmentKind.REDACT):
        return Written(amendment.ref, created=False)
    if row.get("MasterRecordId"):
        return Refusal(f"It was merged into {row['MasterRecordId']}.", code=Ended.MERGED)
    return Refusal("It was deleted in Salesforce.", code=Ended.DELETED)


def _link(org: Org, amendment: Amendment, row: Mapping[str, Any]) -> Outcome | None:
    """Make the other the parent; where there is a parent already, a person decides."""
    other = standing(org, CASE, [amendment.other_ref], ["ParentId"]).get(amendment.other_ref)
    if other is None or other["IsDeleted"]:
        return Refusal(f"Salesforce has no case {amendment.other_ref} to link.", "other_ref", "not_found")
    parent = row["ParentId"] or ""
    if same(parent, amendment.other_ref) or same(other["ParentId"] or "", amendment.ref):
        return None
    if parent:
        return Refusal(
            f"The case has another parent ({parent}); by hand: name {amendment.other_ref} in a comment.",
            "ParentId",
            "taken",
        )
    return _changed(org, CASE, amendment.ref, {"ParentId": amendment.other_ref})


def _tag(org: Org, amendment: Amendment, row: Mapping[str, Any]) -> Outcome | None:
    field = org.settings.tag_field
    if field not in row:
        return Refusal(
            f"Case has no field {field} for tags: deploy the package (casebridge check --prepare); by hand: note “{amendment.text}” in the case.",
            field,
            "unsupported",
        )
    tags = [tag for tag in str(row[field] or "").split(";") if tag]
    if amendment.text in tags:
        return None
    return _changed(org, CASE, amendment.ref, {field: ";".join([*tags, amendment.text])})


def _note(org: Org, amendment: Amendment, _: Mapping[str, Any]) -> Outcome | None:
    if not _noted(org, amendment):
        org.client.json("POST", "sobjects/CaseComment", json=_comment(amendment, amendment.text), headers=KEEPS_OWNER)
    return None


def _reopen(org: Org, amendment: Amendment, row: Mapping[str, Any]) -> Outcome | None:
    """Open the case and note that it was done, both or neither: an agent who closes it again has the last word."""
    if not row["IsClosed"] or _noted(org, amendment):
        return None
    text = amendment.text or "Opened again by Casebridge: the customer wrote."
    path = f"{org.client.path}sobjects/"
    parts = [
        Part("PATCH", f"{path}Case/{amendment.ref}", {"Status": org.settings.reopened_status}, KEEPS_OWNER),
        Part("POST", f"{path}CaseComment", _comment(amendment, text)),
    ]
    for answer in org.client.composite(parts, headers=KEEPS_OWNER, together=True):
        if answer.status >= 300 and (fault := Declined(answer.status, answer.body)).said.code != "PROCESSING_HALTED":
            return refusal(fault.faults[0], CASE)
    return None


def _redact(org: Org, amendment: Amendment, row: Mapping[str, Any]) -> Outcome | None:
    """Empty every text that can be changed; one that must not be empty says that it was."""
    name = _object(org, amendment)
    parent = row.get(org.parent_field(name)) if amendment.thing is Thing.MESSAGE else ""
    files.remove(org, parent or amendment.ref, row[org.key_field(name)] or "")
    filled = [field for field in _redactable(org, name) if row.get(field["name"])]
    return _changed(org, name, amendment.ref, {field["name"]: _blank(field) for field in filled}) if filled else None


def _withdraw(org: Org, amendment: Amendment, row: Mapping[str, Any]) -> Outcome | None:
    name = _object(org, amendment)
    if not row[org.key_field(name)]:
        return Refusal(f"{amendment.ref} was not made by us; an agent may delete it in Salesforce.", code="foreign")
    (outcome,) = collections.delete(org, [amendment.ref])
    return outcome


def _redactable(org: Org, name: str) -> list[Mapping[str, Any]]:
    kept = {org.key_field(name), "Name"}
    every = org.describe(name)["fields"]
    return [each for each in every if each["type"] in _TEXTS and each["updateable"] and each["name"] not in kept]


def _blank(field: Mapping[str, Any]) -> str | None:
    must = field["name"] in {"Subject", "LastName"} or not field.get("nillable", True)
    return REDACTED if must else None


def _changed(org: Org, name: str, ref: str, fields: Mapping[str, Any]) -> Outcome | None:
    org.client.json("PATCH", f"sobjects/{name}/{ref}", json=fields, headers=KEEPS_OWNER)
    return None


def _noted(org: Org, amendment: Amendment) -> bool:
    rows = by_field(org, "CaseComment", ["CommentBody"], "ParentId", [amendment.ref])
    return any(_mark(amendment) in (row["CommentBody"] or "") for row in rows)


def _comment(amendment: Amendment, text: str) -> dict[str, Any]:
    return {"ParentId": amendment.ref, "CommentBody": f"{text}\n\n{_mark(amendment)}", "IsPublished": False}


def _mark(amendment: Amendment) -> str:
    return f"[{amendment.key}]"


_DOING: Mapping[AmendmentKind, Callable[[Org, Amendment, Mapping[str, Any]], Outcome | None]] = {
    AmendmentKind.LINK: _link,
    AmendmentKind.TAG: _tag,
    AmendmentKind.NOTE: _note,
    AmendmentKind.REOPEN: _reopen,
    AmendmentKind.REDACT: _redact,
    AmendmentKind.WITHDRAW: _withdraw,
}
