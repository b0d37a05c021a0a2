"""One-shot changes of what stands: each takes effect once, however often it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.hubspot import attaching, objects, paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.limits import Purpose
from adapters.hubspot.looking import AMENDMENT
from adapters.hubspot.names import AMENDED, CHANNEL, CONTACTS, FILES, NOTES, READ, TAGS, TEXT, TICKETS
from adapters.hubspot.values import as_html, instant
from bridge.errors import RateLimited, Transient, Uncertain
from bridge.nouns import AmendmentKind, Ended, Outcome, Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row
    from bridge.nouns import Amendment

REDACTED = "[redacted]"
_LATER = 10.0
_REMEMBERED = 40
"""Keys of amendments that a ticket keeps."""
_PERSONAL: Mapping[str, tuple[str, ...]] = {
    CONTACTS: (
        *("firstname", "lastname", "email", "hs_additional_emails", "phone", "mobilephone", "website"),
        *("twitterhandle", "address", "city", "zip", "company", "jobtitle", "message"),
    ),
    TICKETS: ("content",),
}
_MARKED = {TICKETS: "subject", **TEXT}
_OURS = "casebridge_"


class Declining(Exception):
    """An amendment cannot be done; carries the refusal."""

    def __init__(self, reason: str, code: str) -> None:
        """Say why and, where it can be, how a person does it."""
        self.refusal = Refusal(reason, code=code)
        super().__init__(reason)


def amend(account: Account, amendments: Sequence[Amendment]) -> list[Outcome]:
    """Do amendments: links all at once, the others one by one. Raises only where none was done."""
    outcomes: dict[str, Outcome] = {}
    links = [each for each in amendments if each.kind is AmendmentKind.LINK]
    if links:
        _try(lambda: _link(account, links), [each.key for each in links], outcomes)
    for each in amendments:
        if each.kind is not AmendmentKind.LINK:
            _try(lambda each=each: _once(account, each), [each.key], outcomes)  # type: ignore[misc]  # a default binds it
    return [outcomes[each.key] for each in amendments]


def _try(doing: Callable[[], Mapping[str, Outcome]], keys: Sequence[str], outcomes: dict[str, Outcome]) -> None:
    """Do something and note what became of each key."""
    try:
        outcomes |= doing()
    except Declining as declining:
        outcomes |= dict.fromkeys(keys, declining.refusal)
    except Declined as declined:
        outcomes |= dict.fromkeys(keys, declined.problem.refusal())
    except Uncertain as lost:
        outcomes |= dict.fromkeys(keys, Unknown(str(lost)))
    except RateLimited as limit:
        if not outcomes:
            raise
        outcomes |= dict.fromkeys(keys, Retry(limit.retry_after, str(limit)))
    except Transient as trouble:
        outcomes |= dict.fromkeys(keys, Retry(_LATER, str(trouble)))


def _once(account: Account, amendment: Amendment) -> dict[str, Outcome]:
    _DOING[amendment.kind](account, amendment)
    return {amendment.key: Written(amendment.ref, created=True)}


def _link(account: Account, amendments: Sequence[Amendment]) -> dict[str, Outcome]:
    """Link tickets; a link that stands is no second one."""
    refs = {ref for each in amendments for ref in (each.ref, each.other_ref) if ref.isdecimal()}
    standing = account.finder.survivors(TICKETS, refs, purpose=Purpose.ANSWER)
    there = [each for each in amendments if each.ref in standing and each.other_ref in standing]
    pairs = [(standing[each.ref]["id"], standing[each.other_ref]["id"]) for each in there]
    two = [pair for pair in pairs if len(set(pair)) > 1]
    problems = account.associations.link(TICKETS, TICKETS, two, purpose=Purpose.ANSWER)
    outcomes: dict[str, Outcome] = {
        each.key: Refusal(f"one of the tickets {each.ref} and {each.other_ref} is not there", code="not_found")
        for each in amendments
    }
    for each, pair in zip(there, pairs, strict=True):
        wrong = next((problem for problem in problems if set(pair) & set(problem.ids)), None)
        by_hand = f"By hand: open ticket {each.ref} and add ticket {each.other_ref} under Tickets"
        refusal = Refusal(f"{wrong.refusal().reason}. {by_hand}", code="not_linked") if wrong else None
        outcomes[each.key] = refusal or Written(each.ref, created=True)
    return outcomes


def _tag(account: Account, amendment: Amendment) -> None:
    _has(account, TAGS)
    row = _present(account, TICKETS, amendment.ref, TAGS)
    tags = [each for each in (row["properties"].get(TAGS) or "").split("\n") if each]
    if amendment.text not in tags:
        _set(account, TICKETS, amendment.ref, {TAGS: "\n".join([*tags, amendment.text])})


def _note(account: Account, amendment: Amendment) -> None:
    _present(account, TICKETS, amendment.ref)
    refs = account.associations.of(TICKETS, NOTES, [amendment.ref], Purpose.ANSWER)[amendment.ref]
    body = TEXT[NOTES]
    notes = objects.read(account.client, NOTES, refs, [body], purpose=Purpose.ANSWER) if refs else []
    marks = {found[1] for note in notes if (found := AMENDMENT.search(note["properties"].get(body) or ""))}
    if amendment.key in marks:
        return
    now = instant(account.surroundings.clock.now())
    note = {body: as_html(f"{amendment.text}\n\n{{{amendment.key}}}"), "hs_timestamp": now}
    links = [account.associations.input(NOTES, TICKETS, amendment.ref)]
    account.client.write(paths.objects(NOTES), {"properties": note, "associations": links}, purpose=Purpose.ANSWER)


def _reopen(account: Account, amendment: Amendment) -> None:
    _has(account, AMENDED)
    row = _present(account, TICKETS, amendment.ref, AMENDED)
    properties, stages = row["properties"], account.schemas.stages
    done = (properties.get(AMENDED) or "").split()
    if amendment.key in done or not stages.get(properties.get("hs_pipeline_stage") or "", False):
        return
    stage = account.schemas.opening_stage(properties.get("hs_pipeline") or "")
    if not stage:
        message = (
            f"The pipeline of ticket {amendment.ref} has no open stage. By hand: move the ticket to another pipeline"
        )
        raise Declining(message, "no_open_stage")
    kept = " ".join([*done, amendment.key][-_REMEMBERED:])
    _set(account, TICKETS, amendment.ref, {"hs_pipeline_stage": stage, AMENDED: kept})


def _redact(account: Account, amendment: Amendment) -> None:
    name = _changeable(account, amendment)
    key, fields = account.key_field(name), account.schemas.of(name).fields
    ours = [each for each in fields if each.startswith(_OURS) and each not in (key, AMENDED)]
    emptied = [each for each in (*_PERSONAL.get(name, ()), *ours, FILES) if each in fields and fields[each].updateable]
    row = _present(account, name, amendment.ref, *emptied)
    files = [each for each in (row["properties"].get(FILES) or "").split(";") if each]
    mark = {_MARKED[name]: REDACTED} if name in _MARKED else {}
    _set(account, name, row["id"], dict.fromkeys(emptied, "") | mark)
    attaching.delete(account.client, files)


def _withdraw(account: Account, amendment: Amendment) -> None:
    name = _changeable(account, amendment)
    key = account.key_field(name)
    properties = [key] if key else READ[name]
    row = account.finder.survivors(name, [amendment.ref], properties, purpose=Purpose.ANSWER).get(amendment.ref)
    if row is None:
        if not account.finder.deleted(name, amendment.ref):
            raise Declining(f"HubSpot has no record {amendment.ref} among the {name}", "not_found")
        return
    if row["id"] != amendment.ref or not (row["properties"].get(key) if key else _marked(name, row)):
        message = f"{amendment.ref} was not made by us. By hand: an agent may delete it in HubSpot"
        raise Declining(message, "foreign")
    body = {"inputs": [{"id": amendment.ref}]}
    account.client.write(paths.objects(name, "batch", "archive"), body, purpose=Purpose.ANSWER)


def _object(account: Account, amendment: Amendment) -> str:
    """Return the object of a record: of several the one in which it carries our key, as ids are told apart within one only."""
    names = account.objects_of(amendment.thing)
    if ":" in amendment.ref and CHANNEL in names:
        return CHANNEL
    for name in names[:-1]:
        key = account.key_field(name)
        rows = account.finder.survivors(name, [amendment.ref], [key] if key else (), purpose=Purpose.ANSWER)
        row = rows.get(amendment.ref)
        if row and (row["properties"].get(key) if key else _marked(name, row)):
            return name
    return names[-1]


def _changeable(account: Account, amendment: Amendment) -> str:
    name = _object(account, amendment)
    if name == CHANNEL:
        thread, _, _ = amendment.ref.partition(":")
        message = (
            f"No API changes what stands in a channel. By hand: delete the message in thread {thread} of the inbox"
        )
        raise Declining(message, "unsupported")
    return name


def _marked(name: str, row: Row) -> bool:
    return "[cb1-" in (row["properties"].get(TEXT[name]) or "")


def _present(account: Account, name: str, ref: str, *properties: str) -> Row:
    refs = [ref] if ref.isdecimal() else []
    row = account.finder.survivors(name, refs, properties, purpose=Purpose.ANSWER).get(ref) if refs else None
    if row is None:
        gone = ref.isdecimal() and account.finder.deleted(name, ref)
        raise Declining(f"HubSpot has no record {ref} among the {name}", Ended.DELETED if gone else "not_found")
    if row["id"] != ref:
        raise Declining(f"{ref} was merged into {row['id']} in HubSpot", Ended.MERGED)
    return row


def _has(account: Account, name: str) -> None:
    if name not in account.schemas.of(TICKETS).fields:
        account.schemas.forget(TICKETS)
        raise Declining(
            f"Tickets have no property {name}; run casebridge check --prepare, then casebridge deliveries retry",
            "not_prepared",
        )


def _set(account: Account, name: str, ref: str, properties: Mapping[str, str]) -> None:
    body = {"inputs": [{"id": ref, "properties": properties, "objectWriteTraceId": ref}]}
    reply = account.client.write(paths.objects(name, "batch", "update"), body, purpose=Purpose.ANSWER)
    if reply.problems:
        refusal = reply.problems[0].refusal()
        raise Declining(refusal.reason, refusal.code)


_DOING: Mapping[AmendmentKind, Callable[[Account, Amendment], None]] = {
    AmendmentKind.TAG: _tag,
    AmendmentKind.NOTE: _note,
    AmendmentKind.REOPEN: _reopen,
    AmendmentKind.REDACT: _redact,
    AmendmentKind.WITHDRAW: _withdraw,
}
