"""One-shot changes of what stands in the org; doing one twice has the effect of once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from adapters.salesforce import collections, files
from adapters.salesforce.client import Part
from adapters.salesforce.errors import Declined
from adapters.salesforce.looking import by_field, same, standing
from adapters.salesforce.org import CASE
from adapters.salesforce.wording import declined
from bridge.nouns import AmendmentKind, Ended, Refusal, Retry, Thing, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.salesforce.org import Org
    from bridge.nouns import Amendment, Outcome

REDACTED = "[redacted]"
KEEPS_OWNER = {collections.AUTO_ASSIGN: "FALSE"}
Rows: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Id → the present row of a record."""
_TEXTS = frozenset({"string", "textarea", "email", "phone", "url", "encryptedstring"})


@dataclass(frozen=True, slots=True)
class Change:
    """Fields to change, together with those of other amendments."""

    fields: Mapping[str, Any]


Done: TypeAlias = "Change | Outcome | None"
"""What one amendment comes to; None: it stands already, or was done."""


def amend(org: Org, amendments: Sequence[Amendment]) -> list[Outcome]:
    """Read what they concern, do each, and change fields together; raises only while nothing was done."""
    rows = _rows(org, amendments)
    sending = collections.Sending()
    done = [sending.send(1, partial(_alone, org, each, rows))[0] for each in amendments]
    outcomes: list[Outcome] = [Retry(0) if isinstance(each, Change) else each for each in done]
    wanted: dict[str, dict[str, tuple[int, Change]]] = defaultdict(dict)
    for index, (amendment, each) in enumerate(zip(amendments, done, strict=True)):
        if isinstance(each, Change):
            wanted[_object(org, amendment)].setdefault(amendment.ref, (index, each))
    for name, changes in wanted.items():
        changed = [{"attributes": {"type": name}, "Id": ref, **one.fields} for ref, (_, one) in changes.items()]
        sent = collections.update(org, name, changed, sending)
        for (index, _), outcome in zip(changes.values(), sent, strict=True):
            outcomes[index] = outcome
    return outcomes


def _alone(org: Org, amendment: Amendment, rows: Rows) -> list[Any]:
    """Do one; what Salesforce declines is refused, or tried again."""
    name = _object(org, amendment)
    row = rows.get(amendment.ref)
    if row is None:
        return [Refusal(f"Salesforce has no {name} {amendment.ref}.", code="not_found")]
    if row["IsDeleted"]:
        return [_ended(row, amendment)]
    try:
        return [_DOING[amendment.kind](org, amendment, rows) or Written(amendment.ref, created=False)]
    except Declined as error:
        return [declined(error.faults[0], name)]


def _rows(org: Org, amendments: Sequence[Amendment]) -> Rows:
    """Return the rows that amendments concern, with the fields that they look at: one query for each object."""
    refs: dict[str, set[str]] = defaultdict(set)
    names: dict[str, list[str]] = defaultdict(list)
    for each in amendments:
        name = _object(org, each)
        refs[name] |= {each.ref, each.other_ref} - {""}
        names[name] += _read(org, name, each.kind)
    return {ref: row for name in refs for ref, row in standing(org, name, refs[name], names[name]).items()}


def _object(org: Org, amendment: Amendment) -> str:
    return org.where(amendment.thing, amendment.ref)


def _read(org: Org, name: str, kind: AmendmentKind) -> list[str]:
    """Return the fields that a kind of change looks at."""
    if kind is AmendmentKind.REDACT:
        parent = [org.parent_field(name)] if name in org.of(Thing.MESSAGE) else []
        return [org.key_field(name), *parent, *(field["name"] for field in _redactable(org, name))]
    if kind is AmendmentKind.TAG and org.has(name, org.settings.tag_field):
        return [org.settings.tag_field]
    return {
        AmendmentKind.LINK: ["ParentId", "CaseNumber"],
        AmendmentKind.REOPEN: ["IsClosed"],
        AmendmentKind.WITHDRAW: [org.key_field(name)],
    }.get(kind, [])


def _ended(row: Mapping[str, Any], amendment: Amendment) -> Outcome:
    if amendment.kind in (AmendmentKind.WITHDRAW, AmendmentKind.REDACT):
        return Written(amendment.ref, created=False)
    if row.get("MasterRecordId"):
        return Refusal(f"It was merged into {row['MasterRecordId']}.", code=Ended.MERGED)
    return Refusal("It was deleted in Salesforce.", code=Ended.DELETED)


def _link(org: Org, amendment: Amendment, rows: Rows) -> Done:
    """Make the other the parent; a case that has another parent names the other in an internal comment."""
    row, other = rows[amendment.ref], rows.get(amendment.other_ref)
    if other is None or other["IsDeleted"]:
        return Refusal(f"Salesforce has no case {amendment.other_ref} to link.", "other_ref", "not_found")
    parent = row["ParentId"] or ""
    if same(parent, amendment.other_ref) or same(other["ParentId"] or "", amendment.ref):
        return None
    if parent:
        _comment_once(org, amendment, f"See also case {other['CaseNumber']}.")
        return None
    return Change({"ParentId": amendment.other_ref})


def _tag(org: Org, amendment: Amendment, rows: Rows) -> Done:
    field, row = org.settings.tag_field, rows[amendment.ref]
    if field not in row:
        return Refusal(
            f"Case has no field {field} for tags: deploy the package (casebridge check --prepare); by hand: note “{amendment.text}” in the case.",
            field,
            "unsupported",
        )
    tags = [tag for tag in str(row[field] or "").split(";") if tag]
    if amendment.text in tags:
        return None
    return Change({field: ";".join([*tags, amendment.text])})


def _note(org: Org, amendment: Amendment, _: Rows) -> None:
    _comment_once(org, amendment, amendment.text)


def _reopen(org: Org, amendment: Amendment, rows: Rows) -> Done:
    """Open the case and note that it was done, both or neither: an agent who closes it again has the last word."""
    if not rows[amendment.ref]["IsClosed"] or _noted(org, amendment):
        return None
    text = amendment.text or "Opened again by Casebridge: the customer wrote."
    path = f"{org.client.path}sobjects/"
    parts = [
        Part("PATCH", f"{path}Case/{amendment.ref}", {"Status": org.settings.reopened_status}, KEEPS_OWNER),
        Part("POST", f"{path}CaseComment", _comment(amendment, text)),
    ]
    for answer in org.client.composite(parts, headers=KEEPS_OWNER, together=True):
        if answer.status >= 300 and (fault := Declined(answer.status, answer.body)).said.code != "PROCESSING_HALTED":
            return declined(fault.faults[0], CASE)
    return None


def _redact(org: Org, amendment: Amendment, rows: Rows) -> Done:
    """Empty every text that can be changed; one that must not be empty says that it was."""
    name, row = _object(org, amendment), rows[amendment.ref]
    parent = row.get(org.parent_field(name)) if amendment.thing is Thing.MESSAGE else ""
    files.remove(org, parent or amendment.ref, row[org.key_field(name)] or "")
    filled = [field for field in _redactable(org, name) if row.get(field["name"])]
    return Change({field["name"]: _blank(field) for field in filled}) if filled else None


def _withdraw(org: Org, amendment: Amendment, rows: Rows) -> Done:
    name = _object(org, amendment)
    if not rows[amendment.ref][org.key_field(name)]:
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


def _comment_once(org: Org, amendment: Amendment, text: str) -> None:
    if not _noted(org, amendment):
        org.client.json("POST", "sobjects/CaseComment", json=_comment(amendment, text), headers=KEEPS_OWNER)


def _noted(org: Org, amendment: Amendment) -> bool:
    rows = by_field(org, "CaseComment", ["CommentBody"], "ParentId", [amendment.ref])
    return any(_mark(amendment) in (row["CommentBody"] or "") for row in rows)


def _comment(amendment: Amendment, text: str) -> dict[str, Any]:
    return {"ParentId": amendment.ref, "CommentBody": f"{text}\n\n{_mark(amendment)}", "IsPublished": False}


def _mark(amendment: Amendment) -> str:
    return f"[{amendment.key}]"


_DOING: Mapping[AmendmentKind, Callable[[Org, Amendment, Rows], Done]] = {
    AmendmentKind.LINK: _link,
    AmendmentKind.TAG: _tag,
    AmendmentKind.NOTE: _note,
    AmendmentKind.REOPEN: _reopen,
    AmendmentKind.REDACT: _redact,
    AmendmentKind.WITHDRAW: _withdraw,
}
