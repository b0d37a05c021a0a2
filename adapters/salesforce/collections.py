"""sObject Collections: 200 rows a call, five collections in one composite call, one outcome for each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from adapters.salesforce.client import Part
from adapters.salesforce.duplicates import explained
from adapters.salesforce.errors import Declined, Lost
from adapters.salesforce.org import CASE
from adapters.salesforce.wording import REST, declined, said
from bridge.errors import CasebridgeError, ConfigError
from bridge.nouns import Accepted, Ended, Refusal, Retry, Unknown, Written
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.salesforce.client import PartAnswer
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


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows are sent: of which object, by which method, with which headers."""

    object: str
    method: str
    headers: Mapping[str, str]

    @property
    def creating(self) -> bool:
        """Tell whether rows are new."""
        return self.method == "POST"


class Sending:
    """The calls of one write: once one of them may have written, an error is the outcome of its rows only."""

    def __init__(self) -> None:
        """Nothing was written yet."""
        self.begun = False

    def send(self, count: int, call: Call) -> list[Outcome]:
        """Return the outcomes of ``count`` rows; raises only while nothing was written, or what declines just these."""
        try:
            outcomes = call()
        except Declined:
            raise
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
    shape = _Shape(object_name, "POST", _headers(org, assign=True))
    outcomes: list[Outcome] = []
    step = org.settings.records_per_call
    for start in range(0, len(rows), step):
        outcomes += _inserted(org, shape, rows[start : start + step], sending)
    outcomes = explained(org, object_name, rows, outcomes, shape.headers, sending)
    return _to_queue(org, shape, rows, outcomes, sending)


def update(org: Org, object_name: str, rows: Sequence[Row], sending: Sending) -> list[Outcome]:
    """Update rows by their ids."""
    shape = _Shape(object_name, "PATCH", _headers(org, assign=False))
    return [outcome for some in _parts(rows) for outcome in _one(org, shape, some, sending)]


def _headers(org: Org, *, assign: bool) -> dict[str, str]:
    headers = {AUTO_ASSIGN: str(assign).upper()}
    return headers | ({DUPLICATE_RULES: "allowSave=true"} if org.settings.allow_duplicates else {})


def delete(org: Org, ids: Sequence[str]) -> list[Outcome]:
    """Delete at most 200 rows by their ids."""
    answer = org.client.json("DELETE", PATH, params={"ids": ",".join(ids), "allOrNone": "false"})
    return [_outcome(org, _Shape("record", "DELETE", {}), item) for item in answer]


def _inserted(org: Org, shape: _Shape, rows: Sequence[Row], sending: Sending) -> list[Outcome]:
    parts = _parts(rows)
    if len(parts) == 1:
        return _one(org, shape, rows, sending)
    answers: list[PartAnswer] = []

    def together() -> list[Outcome]:
        asked = [Part("POST", org.client.path + PATH, _body(some), shape.headers) for some in parts]
        answers.extend(org.client.composite(asked, headers=shape.headers))
        return []

    if failed := sending.send(len(rows), together):
        return failed
    sending.begun = True
    outcomes: list[Outcome] = []
    for some, answer in zip(parts, answers, strict=True):
        if answer.status < 300:
            outcomes += sending.send(len(some), partial(_outcomes, org, shape, some, answer.body))
        else:
            outcomes += _apart(org, shape, some, Declined(answer.status, answer.body), sending)
    return outcomes


def _one(org: Org, shape: _Shape, rows: Sequence[Row], sending: Sending) -> list[Outcome]:
    def call() -> list[Outcome]:
        answer = org.client.json(shape.method, PATH, json=_body(rows), headers=shape.headers)
        return _outcomes(org, shape, rows, answer)

    try:
        return sending.send(len(rows), call)
    except Declined as error:
        return _apart(org, shape, rows, error, sending)


def _apart(org: Org, shape: _Shape, rows: Sequence[Row], error: Declined, sending: Sending) -> list[Outcome]:
    """Salesforce declined the whole collection for the sake of some row: find it, and send the others."""
    if error.status == 404:
        raise ConfigError(f"{error} Is version in the settings one that the org has?") from error
    if len(rows) == 1:
        return [declined(error.faults[0], shape.object)]
    org.forget()
    if bad := _violations(org, shape, rows):
        rest = [row for index, row in enumerate(rows) if index not in bad]
        sent = iter(_one(org, shape, rest, sending) if rest else [])
        return [bad[index] if index in bad else next(sent) for index in range(len(rows))]
    half = len(rows) // 2
    return [outcome for some in (rows[:half], rows[half:]) for outcome in _one(org, shape, some, sending)]


def _violations(org: Org, shape: _Shape, rows: Sequence[Row]) -> dict[int, Refusal]:
    """Return what does not fit the schema, as far as it can be read just now."""
    try:
        schema = org.schema(shape.object)
    except CasebridgeError:
        return {}
    # What is not checked here: ids, relationships, and lists, which are one text by now.
    unchecked = {"attributes", "Id"} | {name for name, field in schema.fields.items() if field.type == "list"}
    found = {}
    for index, row in enumerate(rows):
        fields = {name: value for name, value in row.items() if name not in unchecked and not isinstance(value, dict)}
        if violation := first_violation(schema, fields, creating=shape.creating):
            found[index] = violation
    return found


def _outcomes(org: Org, shape: _Shape, rows: Sequence[Row], answer: object) -> list[Outcome]:
    if not isinstance(answer, list) or len(answer) != len(rows):
        raise Lost("Salesforce answered with another number of results than rows.")
    outcomes = [_outcome(org, shape, item) for item in answer]
    unblamed = [n for n, each in enumerate(outcomes) if isinstance(each, Refusal) and each.code in _UNBLAMED]
    found = _violations(org, shape, [rows[n] for n in unblamed]) if unblamed else {}
    return [found.get(unblamed.index(n), each) if n in unblamed else each for n, each in enumerate(outcomes)]


def _outcome(org: Org, shape: _Shape, item: Mapping[str, Any]) -> Outcome:
    if item.get("success"):
        return Written(item["id"], created=shape.creating, url=org.client.link(shape.object, item["id"]))
    fault = next(iter(item.get("errors") or [{}]))
    read = said(fault)
    if read.code in _GONE and read.fields:
        # Not the row ended, but what it refers to: its contact, say. Reading the contacts says whom to refer to now.
        return declined(fault, shape.object, code=Ended.MERGED)
    gone = read.code in _GONE or (read.code == "INVALID_CROSS_REFERENCE_KEY" and not read.fields)
    return declined(fault, shape.object, code=Ended.DELETED if gone and not shape.creating else "")


def _to_queue(org: Org, shape: _Shape, rows: Sequence[Row], outcomes: list[Outcome], sending: Sending) -> list[Outcome]:
    queue = org.settings.fallback_queue
    left = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Refusal) and outcome.code == _INACTIVE]
    if not queue or not left or shape.object != CASE:
        return outcomes
    again = [rows[n] | {"OwnerId": queue} for n in left]
    moved = dict(zip(left, _inserted(org, shape, again, sending), strict=True))
    return [moved.get(n, outcome) for n, outcome in enumerate(outcomes)]


def _parts(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + SIZE] for start in range(0, len(rows), SIZE)]


def _body(rows: Sequence[Row]) -> dict[str, Any]:
    return {"allOrNone": False, "records": list(rows)}
