"""Composite: up to 25 calls in one, the later ones using what the earlier ones answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from tests.fakes.salesforce.errors import ApiError, Json
from tests.fakes.salesforce.protocol import ROUTES, Call, Reply, refused

if TYPE_CHECKING:
    from tests.fakes.salesforce.state import State

MOST, MOST_HEAVY = 25, 5
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class _Undo(Exception):
    """One call failed, and all or none was wanted."""


@ROUTES.at("POST", "composite")
def composite(state: State, call: Call) -> Reply:
    """Do the calls in their order."""
    body = call.object()
    wanted = body.get("compositeRequest") or []
    heavy = [each for each in wanted if re.search(r"/(query|queryAll|composite/sobjects)\b", each["url"])]
    if not wanted or len(wanted) > MOST or len(heavy) > MOST_HEAVY:
        message = f"Composite requests take {MOST} subrequests, of which {MOST_HEAVY} are queries or collections."
        raise ApiError("LIMIT_EXCEEDED", message)
    if len({each.get("referenceId") for each in wanted}) < len(wanted):
        raise ApiError("INVALID_INPUT", "Duplicate or missing referenceId")
    answers: dict[str, Reply] = {}
    try:
        with state.world.transaction():
            for each in wanted:
                answers[each["referenceId"]] = reply = _one(state, call, each, answers)
                _undo_if(body.get("allOrNone") and reply.status >= 300)
    except _Undo:
        halted = refused(
            _halted("The transaction was rolled back since another operation in the same transaction failed.")
        )
        answers = {each["referenceId"]: _failed(answers.get(each["referenceId"])) or halted for each in wanted}
    return Reply({"compositeResponse": [_told(name, reply) for name, reply in answers.items()]})


def _undo_if(bad: Any) -> None:  # noqa: ANN401 - a condition made of JSON
    """Leave the transaction."""
    if bad:
        raise _Undo


def _one(state: State, call: Call, wanted: Json, answers: dict[str, Reply]) -> Reply:
    """Do one call, with the references in its address and its body filled in."""
    try:
        address = _filled(wanted["url"], answers)
        body = orjson.loads(_filled(orjson.dumps(wanted["body"]).decode(), answers)) if "body" in wanted else None
        inner = call.within(
            wanted["method"], address, body, {k.lower(): v for k, v in wanted.get("httpHeaders", {}).items()}
        )
    except ApiError as error:
        return refused(error)
    return ROUTES.answer(state, inner)


def _filled(text: str, answers: dict[str, Reply]) -> str:
    """Put in what earlier calls answered."""

    def value(found: re.Match[str]) -> str:
        reply = answers.get(found[1])
        at: Any = reply.body if reply and reply.status < 300 else None
        for name, index in _STEP.findall(found[2]):
            at = at[int(index)] if index and isinstance(at, list) else at.get(name) if isinstance(at, dict) else None
        if at is None:
            raise _halted(f"Invalid reference specified. No value for {found[0][2:-1]} found in {found[1]}")
        return str(at)

    return _REFERENCE.sub(value, text)


def _halted(message: str) -> ApiError:
    """Return what a call gets that was not done for another's sake."""
    return ApiError("PROCESSING_HALTED", message)


def _failed(reply: Reply | None) -> Reply | None:
    """Return a reply if it says that the call failed."""
    return reply if reply and reply.status >= 300 else None


def _told(name: str, reply: Reply) -> Json:
    """Return one call's answer inside the composite's."""
    return {"body": reply.body, "httpHeaders": {}, "httpStatusCode": reply.status, "referenceId": name}
