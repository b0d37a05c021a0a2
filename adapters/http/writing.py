"""Write a batch, record by record: what stands is adopted, later writes read first and send only what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.http import answers, creating, updating
from adapters.http.answers import Declined, Uncertain
from bridge.errors import AuthError, BudgetSpent, ConfigError, Refused, Transient
from bridge.nouns import Refusal, Retry, Unknown, Written
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import ObjectSchema, Outcome, Record

_LOST = 3
"""After so many lost answers in a row the tool is not well, and the rest of the batch waits."""


def write(tool: Tool, name: str, schema: ObjectSchema, records: Sequence[Record]) -> list[Outcome]:
    """Write records of one object. Raises only where nothing was written."""
    view = tool.view(name)
    if len(records) > tool.settings.batch:
        message = f"{len(records)} records are too many for one batch of {tool.settings.batch}"
        raise ConfigError(message)
    outcomes: list[Outcome] = []
    lost = 0
    for record in records:
        outcome: Outcome
        try:
            outcome = (
                Retry(answers.later(Transient("")), "the answers before were lost")
                if lost >= _LOST
                else _one(tool, view, schema, record)
            )
        except (AuthError, BudgetSpent, Transient) as stop:
            if not any(isinstance(each, (Written, Unknown)) for each in outcomes):
                raise
            rest = Retry(answers.later(stop), str(stop))
            return [*outcomes, *(rest for _ in records[len(outcomes) :])]
        lost = lost + 1 if isinstance(outcome, Unknown) else lost
        outcomes.append(outcome)
    return outcomes


def _one(tool: Tool, view: View, schema: ObjectSchema, record: Record) -> Outcome:
    violation = first_violation(schema, record.fields, creating=not record.ref)
    if violation is not None:
        return violation
    try:
        return (updating.update if record.ref else creating.create)(tool, view, record)
    except Declined as declined:
        return declined.problem.refusal()
    except Refused as refused:
        return Refusal(str(refused), refused.field or "", "wrong_value")
    except Uncertain as lost:
        return Unknown(str(lost))
