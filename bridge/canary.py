"""The canary: a test case goes through a target as a customer's would, to prove that nobody is mailed by it.

It is created as Casebridge creates cases, on an address of the person who asks, answered, closed and opened again by an
agent's hands, and deleted. Whatever the target tells the requester meanwhile by itself, a customer would be told, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from bridge.errors import CasebridgeError, Exit, RateLimited, Transient, worst
from bridge.hands import TellsMail
from bridge.keys import target_key
from bridge.mapping.target import choose
from bridge.nouns import Amendment, AmendmentKind, Ended, Finding, Record, Reference, Refusal, Retry, Thing, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.app import App, TargetSetup
    from bridge.nouns import Outcome

T = TypeVar("T")

AUTHOR = "Casebridge test"
SUBJECT = "Casebridge test case, please ignore"
_AGAIN = (5.0, 15.0)
"""Seconds after which is tried again what could not be done just now: somebody may hold the record for a moment."""
_BY_HAND = (
    "By hand: open a case with your own address as its requester, write an internal entry, answer, solve and reopen it, "
    "and look into your mailbox."
)


@dataclass(slots=True)
class Canary:
    """What was found, step by step."""

    findings: list[Finding] = field(default_factory=list)
    code: Exit = Exit.OK

    def fine(self, text: str) -> None:
        """Note a step that went well."""
        self.findings.append(Finding(ok=True, text=f"canary: {text}"))

    def wrong(self, code: Exit, text: str, remedy: str = "") -> None:
        """Note what went wrong."""
        self.findings.append(Finding(ok=False, text=f"canary: {text}", remedy=remedy))
        self.code = worst(self.code, code)


def fly(app: App, setup: TargetSetup, address: str) -> Canary:
    """Play a test case through a target, with ``address`` as its requester's; nothing of it stays."""
    canary = Canary()
    if not isinstance(setup.target, TellsMail):
        text = f"{setup.name} lends no agent's hands and does not tell what it mails; nothing was tried"
        canary.wrong(Exit.SET_ASIDE, text, _BY_HAND)
        return canary
    flight = _Flight(app, setup, setup.target, canary)
    try:
        flight.go(address)
    except CasebridgeError as error:
        canary.wrong(error.exit_code, str(error))
    finally:
        flight.clean_up()
    return canary


class _Flight:
    """One test case on its way."""

    def __init__(self, app: App, setup: TargetSetup, mail: TellsMail, canary: Canary) -> None:
        self._app, self._setup, self._mail, self._canary = app, setup, mail, canary
        self._hands = mail.agent()
        self._number = uuid4().hex
        self._made: list[str] = []
        self._told: list[str] = []

    def go(self, address: str) -> None:
        """Create, answer, close, reopen; after each step look what the requester was told."""
        person = self._write(Thing.PERSON, {"customer.name": AUTHOR, "customer.email": address}, {})
        refs = {"person": person} if person is not None else {}
        case = self._write(Thing.CASE, _case_values(self._app), refs)
        if case is None:
            return
        self._step(case.ref, f"{case.ref} was created")
        said = {
            "message.text": SUBJECT,
            "message.author_name": AUTHOR,
            "message.direction": "in",
            "message.public": True,
            "message.network": "test",
            "message.kind": "post",
            "message.sent_at": self._app.clock.now(),
        }
        if self._write(Thing.MESSAGE, said, {"case": case}, case.ref) is not None:
            self._step(case.ref, "a customer's message was put into it")
        self._patiently(lambda: self._hands.note(case.ref, "An internal note of the test.", author=AUTHOR))
        self._step(case.ref, "an internal note was written")
        self._patiently(lambda: self._hands.set_status(case.ref, "closed", author=AUTHOR))
        self._step(case.ref, "it was closed")
        self._reopen(case.ref)
        self._patiently(lambda: self._hands.reply(case.ref, "A public answer of the test.", author=AUTHOR, attach=()))
        self._step(case.ref, "it was answered in public")

    def clean_up(self) -> None:
        """Delete what was made, the last first."""
        gone = [ref for ref in reversed(self._made) if self._deleted(ref)]
        if gone:
            self._canary.fine(f"deleted {', '.join(gone)}")

    def _deleted(self, ref: str) -> bool:
        try:
            self._patiently(lambda: self._hands.delete(ref, author=AUTHOR))
        except CasebridgeError as error:
            self._canary.wrong(error.exit_code, f"{ref} is still there: {error}", f"Delete {ref} by hand.")
            return False
        return True

    def _patiently(self, doing: Callable[[], T]) -> T:
        """Do something; a few times again where the target cannot just now."""
        for wait in _AGAIN:
            try:
                return doing()
            except Transient as error:
                asked = error.retry_after if isinstance(error, RateLimited) else 0.0
                self._app.clock.sleep(max(wait, asked))
        return doing()

    def _write(
        self, thing: Thing, values: Mapping[str, Any], refs: Mapping[str, Reference], parent: str = ""
    ) -> Reference | None:
        mappings = self._setup.mappings.get(thing)
        if not mappings:
            return None
        mapping = choose(mappings, values)
        rendered = mapping.render(values, refs)
        key = target_key(self._app.organisation, self._app.environment, f"canary:{self._number}:{thing}")
        record = Record(
            thing=thing,
            object=mapping.object,
            key=key,
            key_field=mapping.key_field,
            fields=rendered.fields,
            parent=parent,
            idempotency_key=key,
        )
        outcome = self._patiently(lambda: _taken(self._setup.target.write(mapping.object, [record])[0]))
        if isinstance(outcome, Refusal) and outcome.code == Ended.DUPLICATE and outcome.candidates:
            self._canary.fine(f"{outcome.candidates[0]} has this address there, and the case is theirs")
            return Reference(thing, key, outcome.candidates[0])
        if not isinstance(outcome, Written):
            self._canary.wrong(Exit.SET_ASIDE, f"the {thing} was not written: {_why(outcome)}")
            return None
        if thing is not Thing.MESSAGE:
            self._made.append(outcome.ref)
        return Reference(thing, key, outcome.ref)

    def _reopen(self, ref: str) -> None:
        key = target_key(self._app.organisation, self._app.environment, f"canary:{self._number}:reopen")
        amendment = Amendment(kind=AmendmentKind.REOPEN, thing=Thing.CASE, ref=ref, key=key, text=SUBJECT)
        outcome = self._patiently(lambda: _taken(self._setup.target.amend([amendment])[0]))
        if isinstance(outcome, Written):
            self._step(ref, "it was opened again")
        else:
            self._canary.wrong(Exit.SET_ASIDE, f"it was not opened again: {_why(outcome)}")

    def _step(self, ref: str, done: str) -> None:
        told = self._patiently(lambda: self._mail.mailed(ref))
        new = told[len(self._told) :]
        self._told = told
        if not new:
            self._canary.fine(f"{done}, and nobody was mailed")
            return
        remedy = "Switch off what tells requesters of new or changed cases, at least for cases that carry our tag."
        self._canary.wrong(Exit.CONFIG, f"{done}, and the requester was told: {'; '.join(new)}", remedy)


def _case_values(app: App) -> dict[str, Any]:
    return {
        "case.subject": SUBJECT,
        "case.summary": "Casebridge tries whether this tool mails requesters. It deletes this case by itself.",
        "case.status": "open",
        "case.priority": "low",
        "case.channel": "test",
        "case.public": True,
        "case.opened_at": app.clock.now(),
        "customer.name": AUTHOR,
    }


def _taken(outcome: Outcome) -> Outcome:
    """Return an outcome; raises ``Transient`` where the target could not just now."""
    if isinstance(outcome, Retry):
        raise Transient(outcome.reason or "The target could not take it just now.")
    return outcome


def _why(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Refusal) and outcome.reason else type(outcome).__name__.lower()
