"""sObject Collections: 200 rows a call, five collections in one composite call, one outcome for each row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from adapters.salesforce.client import PARTS, Part
from adapters.salesforce.errors import Declined, Lost
from adapters.salesforce.wording import REST, declined, said
from bridge.errors import CasebridgeError, ConfigError
from bridge.nouns import Accepted, Ended, Refusal, Retry, Unknown, Written
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.salesforce.org import Org
    from bridge.nouns import Outcome

SIZE = 200
PATH = "composite/sobjects"
AUTO_ASSIGN = "Sforce-Auto-Assign"
"""Assignment rules: on a create only, else a case would leave its agent at every update."""
DUPLICATE_RULES = "Sforce-Duplicate-Rule-Header"
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})
_UNBLAMED = frozenset({"JSON_PARSER_ERROR"})
"""Errors that do not tell the field."""
_INACTIVE = "INACTIVE_OWNER_OR_USER"

Call: TypeAlias = Callable[[], "list[Outcome]"]
Row: TypeAlias = "dict[str, Any]"


class Sending:
    """The calls of one write: once one of them may have written, an error is the outcome of its rows only."""

    def __init__(self) -> None:
        """Nothing was written yet."""
        self.begun = False

    def send(self, count: int, call: Call) -> list[Outcome]:
        """Return the outcomes of ``count`` rows; raises only while nothing was written."""
        try:
            outcomes = call()
        except Lost as error:
            self.begun = True
            return [Unknown(str(error))] * count
        except CasebridgeError as error:
            if not self.begun:
                raise
            return [Retry(REST, str(error))] * count
        self.begun = self.begun or any(isinstance(each, (Written, Accepted)) for each in outcomes)
        return outcomes


def insert(org: Org, object_name: str, rows: Sequence[Row], sending: Sending) -> list[Outcome]:
    """Insert rows; a case whose owner is not active any more goes to the fallback queue."""
    headers = {AUTO_ASSIGN: "TRUE"}
    if org.settings.allow_duplicates:
        headers[DUPLICATE_RULES] = "allowSave=true"
    outcomes: list[Outcome] = []
    step = org.settings.records_per_call
    for start in range(0, len(rows), step):
        outcomes += _inserted(org, object_name, rows[start : start + step], headers, sending)
    return _to_queue(org, object_name, rows, outcomes, headers, sending)


def update(org: Org, object_name: str, rows: Sequence[Row], sending: Sending) -> list[Outcome]:
    """Update rows by their ids."""
    headers = {AUTO_ASSIGN: "FALSE"}
    outcomes: list[Outcome] = []
    for some in _parts(rows):
        outcomes += sending.send(len(some), partial(_one, org, object_name, "PATCH", some, headers))
    return outcomes


def delete(org: Org, ids: Sequence[str]) -> list[Outcome]:
    """Delete at most 200 rows by their ids."""
    answer = org.client.json("DELETE", PATH, params={"ids": ",".join(ids), "allOrNone": "false"})
    return [_outcome(org, "record", item, creating=False) for item in answer]


def _inserted(
    org: Org, object_name: str, rows: Sequence[Row], headers: Mapping[str, str], sending: Sending
) -> list[Outcome]:
    parts = _parts(rows)
    if len(parts) <= 1:
        return sending.send(len(rows), lambda: _one(org, object_name, "POST", rows, headers)) if rows else []
    answers: list[Any] = []

    def together() -> list[Outcome]:
        asked = [Part("POST", org.client.path + PATH, _body(some), headers) for some in parts]
        answers.extend(org.client.composite(asked[:PARTS], headers=headers))
        return []

    failed = sending.send(len(rows), together)
    if failed:
        return failed
    sending.begun = True
    outcomes: list[Outcome] = []
    for some, answer in zip(parts, answers, strict=True):
        if answer.status < 300:
            outcomes += _outcomes(org, object_name, some, answer.body, creating=True)
        else:
            error = Declined(answer.status, answer.body)
            outcomes += sending.send(len(some), partial(_apart, org, object_name, "POST", some, headers, error))
    return outcomes


def _one(org: Org, object_name: str, method: str, rows: Sequence[Row], headers: Mapping[str, str]) -> list[Outcome]:
    try:
        answer = org.client.json(method, PATH, json=_body(rows), headers=headers)
    except Declined as error:
        return _apart(org, object_name, method, rows, headers, error)
    return _outcomes(org, object_name, rows, answer, creating=method == "POST")


def _apart(
    org: Org, object_name: str, method: str, rows: Sequence[Row], headers: Mapping[str, str], error: Declined
) -> list[Outcome]:
    """Salesforce declined the whole collection for the sake of some row: find it, and send the others."""
    if error.status == 404:
        raise ConfigError(f"{error} Is version in the settings one that the org has?") from error
    if len(rows) == 1:
        return [declined(error.faults[0], object_name)]
    org.forget()
    bad = _violations(org, object_name, rows, creating=method == "POST")
    if bad:
        rest = [row for index, row in enumerate(rows) if index not in bad]
        sent = iter(_one(org, object_name, method, rest, headers) if rest else [])
        return [bad[index] if index in bad else next(sent) for index in range(len(rows))]
    half = len(rows) // 2
    return [outcome for some in (rows[:half], rows[half:]) for outcome in _one(org, object_name, method, some, headers)]


def _violations(org: Org, object_name: str, rows: Sequence[Row], *, creating: bool) -> dict[int, Refusal]:
    schema = org.schema(object_name)
    unchecked = {"attributes", "Id"} | {name for name, field in schema.fields.items() if field.type == "list"}
    found = {}
    for index, row in enumerate(rows):
        fields = {name: value for name, value in row.items() if name not in unchecked and not isinstance(value, dict)}
        if violation := first_violation(schema, fields, creating=creating):
            found[index] = violation
    return found


def _outcomes(org: Org, object_name: str, rows: Sequence[Row], answer: object, *, creating: bool) -> list[Outcome]:
    if not isinstance(answer, list) or len(answer) != len(rows):
        raise Lost("Salesforce answered with another number of results than rows.")
    outcomes = [_outcome(org, object_name, item, creating=creating) for item in answer]
    unblamed = [n for n, each in enumerate(outcomes) if isinstance(each, Refusal) and each.code in _UNBLAMED]
    found = _violations(org, object_name, [rows[n] for n in unblamed], creating=creating) if unblamed else {}
    return [found.get(unblamed.index(n), each) if n in unblamed else each for n, each in enumerate(outcomes)]


def _outcome(org: Org, object_name: str, item: Mapping[str, Any], *, creating: bool) -> Outcome:
    if item.get("success"):
        return Written(item["id"], created=creating, url=org.client.link(object_name, item["id"]))
    fault = next(iter(item.get("errors") or [{}]))
    read = said(fault)
    gone = read.code in _GONE or (read.code == "INVALID_CROSS_REFERENCE_KEY" and not read.fields)
    return declined(fault, object_name, code=Ended.DELETED if gone and not creating else "")


def _to_queue(
    org: Org,
    object_name: str,
    rows: Sequence[Row],
    outcomes: list[Outcome],
    headers: Mapping[str, str],
    sending: Sending,
) -> list[Outcome]:
    queue = org.settings.fallback_queue
    left = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Refusal) and outcome.code == _INACTIVE]
    if not queue or not left or object_name != "Case":
        return outcomes
    again = [rows[n] | {"OwnerId": queue} for n in left]
    sent = [one for some in _parts(again) for one in _inserted(org, object_name, some, headers, sending)]
    moved = dict(zip(left, sent, strict=True))
    return [moved.get(n, outcome) for n, outcome in enumerate(outcomes)]


def _parts(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + SIZE] for start in range(0, len(rows), SIZE)]


def _body(rows: Sequence[Row]) -> dict[str, Any]:
    return {"allOrNone": False, "records": list(rows)}
