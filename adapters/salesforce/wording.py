"""Salesforce's error codes in plain words, each with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.nouns import Ended, Refusal, Retry

if TYPE_CHECKING:
    from collections.abc import Iterable

Fault: TypeAlias = Mapping[str, Any]
"""One entry of an error body: errorCode or statusCode, message, fields."""
DUPLICATES, FULL = "DUPLICATES_DETECTED", "STORAGE_LIMIT_EXCEEDED"

# What Salesforce says of a value that is too long, or of a wrong type, repeats the value: it is left out.
REASONS: Mapping[str, str] = {
    "REQUIRED_FIELD_MISSING": "Salesforce requires {fields}: give it a value in the mapping.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule of the org says no: “{message}”. Meet it in the mapping, or except the integration user in Setup > Object Manager > {object} > Validation Rules.",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "{fields} does not take this value ({message}): map it to one of the picklist's values, or add the value in Setup > Object Manager > {object} > Fields & Relationships.",
    "STRING_TOO_LONG": "The text is too long for {fields}{limit}: shorten it with `truncate` in the mapping.",
    "INVALID_EMAIL_ADDRESS": "{fields} holds no mail address that Salesforce takes: correct it at the customer, or leave the field out of the mapping.",
    "INVALID_FIELD": "{object} has no field {fields}, or the integration user may not see it: create it, or assign the permission set Casebridge in Setup > Permission Sets.",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "The integration user may not write {fields}: tick Edit for it in Setup > Permission Sets > Casebridge > Object Settings > {object}.",
    "INVALID_TYPE_ON_FIELD_IN_RECORD": "{fields} takes another type of value ({message}): convert it in the mapping.",
    "JSON_PARSER_ERROR": "A value has a type that its field does not take: run casebridge mapping check.",
    "MALFORMED_ID": "{fields} holds no id of a record that belongs there: correct what the mapping refers to.",
    "INVALID_ID_FIELD": "{fields} holds no id of a record that belongs there: correct what the mapping refers to.",
    "FIELD_INTEGRITY_EXCEPTION": "{fields} does not fit the record that it points to ({message}): correct it in the mapping.",
    "NUMBER_OUTSIDE_VALID_RANGE": "The number is too large or too small for {fields}: limit it in the mapping.",
    "INVALID_CROSS_REFERENCE_KEY": "{fields} points to a record that is not there or not visible: share it with the integration user, or correct the reference.",
    "INSUFFICIENT_ACCESS_OR_READONLY": "The integration user may not change this record: assign the permission set Casebridge in Setup > Permission Sets, or share the record.",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "The integration user may not use the record that is referred to: share it with the user in Setup > Sharing Settings.",
    "INSUFFICIENT_ACCESS": "The integration user lacks a right: assign the permission set Casebridge in Setup > Permission Sets.",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "An Apex trigger or flow of the org stopped the record: “{message}”. Show this to who maintains it: Setup > Flows, or Setup > Apex Triggers.",
    "CANNOT_EXECUTE_FLOW_TRIGGER": "A flow of the org failed on this record: “{message}”. Show this to who maintains it: Setup > Flows.",
    "APEX_ERROR": "Apex code of the org failed on this record: “{message}”. Show this to who maintains it: Setup > Apex Triggers.",
    DUPLICATES: "A duplicate rule of the org says that this person is there already{matches}: decide with casebridge customers suggestions and customers merge, or set allow_duplicates where the rule only alerts (Setup > Duplicate Rules).",
    "DUPLICATE_VALUE": "Another record has the same value in a unique field ({message}): find it in Salesforce and correct one of them.",
    "DUPLICATE_EXTERNAL_ID": "Several records carry one key: make the field Unique in Setup > Object Manager > {object} > Fields & Relationships, and delete all but one.",
    "INACTIVE_OWNER_OR_USER": "The owner is no active user any more: set fallback_queue to the id of a queue, or choose another owner in the mapping.",
    "ENTITY_IS_DELETED": "The record was deleted in Salesforce.",
    "NOT_FOUND": "There is no such record in Salesforce, or the integration user may not see it.",
    "ENTITY_IS_LOCKED": "The record is locked by an approval: approve or recall it in Salesforce, then casebridge deliveries retry.",
    FULL: "The org's storage is full: free some in Setup > Storage Usage; deliveries wait and go on by themselves.",
    "INVALID_RECORD_TYPE_FIELD": "{fields} does not fit the record type: choose another in the mapping, or add it in Setup > Object Manager > {object} > Record Types.",
    "FILTER_VALIDATION_EXCEPTION": "A lookup filter of the org forbids the value of {fields}: “{message}”.",
    "LIMIT_EXCEEDED": "A limit of the org is reached ({message}).",
}
_AGAIN = frozenset(
    {
        "UNABLE_TO_LOCK_ROW",
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "PROCESSING_HALTED",
        "SERVER_UNAVAILABLE",
        "QUERY_TIMEOUT",
        "UNKNOWN_EXCEPTION",
    }
)
"""Nothing is wrong with the record: somebody else holds it, or its step was undone."""
REST = 2.0
"""Seconds before another try; the retry policy adds jitter."""
_OTHERWISE = "Salesforce refused it ({code}): “{message}”."
_NAMED = re.compile(r"(?:No such column '|fields: )([A-Za-z]\w*)")
_MOST = re.compile(r"max length=(\d+)")
_WRAPPED = re.compile(r"\b(UNABLE_TO_LOCK_ROW)\b")


@dataclass(frozen=True, slots=True)
class Said:
    """What an error says: the code, Salesforce's own words, the fields to blame."""

    code: str
    message: str
    fields: tuple[str, ...]


def said(fault: Fault) -> Said:
    """Read one entry of an error body; a lock that a trigger met counts as a lock."""
    message = str(fault.get("message", ""))
    code = str(fault.get("errorCode") or fault.get("statusCode") or "UNKNOWN")
    wrapped = _WRAPPED.search(message)
    fields = tuple(str(name) for name in fault.get("fields") or ())
    if not fields and (named := _NAMED.search(message)):
        fields = (named[1],)
    return Said(wrapped[1] if wrapped else code, message, fields)


def refusal(fault: Fault, object_name: str, *, code: str = "") -> Refusal:
    """Return the refusal that an entry of an error body means, in plain words."""
    read = said(fault)
    text = REASONS.get(read.code, _OTHERWISE).format(
        fields=", ".join(read.fields) or "a field",
        message=read.message.rstrip("."),
        limit=f" ({most[1]} characters)" if (most := _MOST.search(read.message)) else "",
        object=object_name,
        code=read.code,
        matches=_matches(fault, object_name),
    )
    field = next(iter(read.fields), "")
    if read.code == DUPLICATES:
        return Refusal(text, field, Ended.DUPLICATE, tuple(matched(fault, object_name)))
    return Refusal(text, field, code or read.code)


def declined(fault: Fault, object_name: str, *, code: str = "") -> Retry | Refusal:
    """Return what an entry of an error body means for its record: another try soon, or none as it is."""
    read = said(fault)
    if read.code in _AGAIN:
        return Retry(REST, f"{read.code}: {read.message}")
    return refusal(fault, object_name, code=code)


def matched(fault: Fault, object_name: str) -> list[str]:
    """Return the ids of the records of that object that a duplicate rule found, where it tells; none that we may not see."""
    results: Iterable[Any] = (fault.get("duplicateResult") or {}).get("matchResults") or ()
    same = [each for each in results if each.get("entityType", object_name) == object_name]
    records = [each.get("record") or {} for result in same for each in result.get("matchRecords") or ()]
    return list(dict.fromkeys(str(record["Id"]) for record in records if record.get("Id")))


def _matches(fault: Fault, object_name: str) -> str:
    found = matched(fault, object_name)
    return f" ({', '.join(found)})" if found else ""


def entries(content: object) -> Sequence[Fault]:
    """Return the entries of an error body, whatever form it has: a list, an object, or text."""
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, Sequence) or isinstance(content, (str, bytes)):
        return [{"message": _text(content)}]
    return [each if isinstance(each, Mapping) else {"message": str(each)} for each in content] or [{}]


def _text(content: object) -> str:
    return content.decode(errors="replace")[:300] if isinstance(content, bytes) else str(content)[:300]
