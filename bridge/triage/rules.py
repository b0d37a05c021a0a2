"""Decide by rules: contact reason, priority, queue, SLA targets and whether a case is wanted.

Rules are looked at in their order; for each of these things the first rule that says it wins, and is named. A message
is read once (``words``). Conditions that depend only on what messages have in common (kind, network, whether it asks …)
are decided once for all messages alike.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import orjson

from bridge import documents
from bridge.documents import Document
from bridge.errors import Refused
from bridge.keys import short_hash
from bridge.triage.compiled import VARYING, compile_rules
from bridge.triage.features import has_question, is_bare_thanks, word_count
from bridge.triage.file import PRIORITIES, Decided, Rule, TriageFile, duration
from bridge.triage.model import PATHS, Triage, TriageInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bridge.conditions import Condition
    from bridge.triage.words import Scan

__all__ = ["PATHS", "PRIORITIES", "RuleSet", "Triage", "TriageInput", "load_rules"]

_Step: TypeAlias = "tuple[int, int, int, int, Condition | None, bool]"
"""Number of a rule, its masks, its condition if that varies, whether it stops."""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_FIELDS = TriageInput._fields
_ALIKE = attrgetter(*(name for name in _FIELDS if name not in {*VARYING, "extra"}))
_THINGS = ("reason", "priority", "queue", "first_reply", "resolve", "case")
_NO_CASE = Rule(name="automatic", set=Decided(case="no"))
"""What holds of machines' messages before any rule, unless the file leaves them to its rules."""
_REMEMBERED = 10_000
"""Kinds of messages, and decisions, kept in memory."""


def load_rules(path: Path) -> RuleSet:
    """Read a triage file. Everything wrong with it is a ``ConfigError`` with file, line and a suggestion."""
    return _rules(documents.text_of(path), str(path))


@lru_cache(maxsize=8)
def _rules(text: str, file: str) -> RuleSet:
    return RuleSet(documents.parse(text, file))


class RuleSet:
    """Compiled rules; ``body`` is what is stored of them, ``hash`` names it."""

    def __init__(self, document: Document) -> None:
        """Check and compile."""
        self._file = documents.validate(document, TriageFile)
        self._rules, self._lexicon = compile_rules(self._file, document)
        self._steps = sorted((int(reach), priority) for reach, priority in self._file.reach.items())
        self._default = Rule(name="default", set=self._file.defaults)
        self._plans: dict[tuple[Any, ...], list[_Step]] = {}
        self._said: dict[tuple[tuple[int, ...], tuple[str, ...], int, bool, bool], Triage] = {}
        self.body: dict[str, Any] = self._file.model_dump(mode="json", exclude_defaults=True)
        self.hash: str = short_hash(orjson.dumps(self.body, option=orjson.OPT_SORT_KEYS).decode())

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> RuleSet:
        """Return the rules of a stored ``body``."""
        return cls(Document(dict(body), "stored rules"))

    @property
    def reasons(self) -> Mapping[str, str]:
        """Return the contact reasons and what people call them."""
        return {name: reason.title or name for name, reason in self._file.reasons.items()}

    def joinable(self, reason: str) -> bool:
        """Tell whether two messages with this reason are probably about one matter."""
        return reason in self._file.reasons and self._file.reasons[reason].joinable

    def decide(self, facts: TriageInput) -> Triage:
        """Return what follows for a message.

        A condition that fails on a message does not hold; ``rules["failed"]`` then names its rule.
        """
        scan = self._lexicon.scan(f"{facts.subject}\n{facts.text}" if facts.subject else facts.text)
        thanks = is_bare_thanks(scan)
        fired, failed = self._fired(facts, scan, thanks=thanks)
        step = bisect_right(self._steps, facts.reach, key=itemgetter(0)) if facts.reach and self._steps else 0
        said = (fired, failed, step, thanks, facts.automatic)
        triage = self._said.get(said)
        return triage if triage is not None else _remember(self._said, said, self._say(*said))

    def _fired(self, facts: TriageInput, scan: Scan, *, thanks: bool) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return the numbers of the rules that hold, up to the first that says stop, and names of those that fail."""
        question = has_question(scan)
        alike = (*_ALIKE(facts), thanks, question, scan.has_link, not scan.tokens)
        values: dict[str, Any] | None = None
        plan = self._plans.get(alike)
        if plan is None:
            values = _values(facts, scan, thanks=thanks, question=question)
            plan = _remember(self._plans, alike, self._plan(facts, values))
        found, fired, failed = scan.found, [], []
        for number, any_of, all_of, none_of, condition, stop in plan:
            if (any_of and not found & any_of) or found & none_of or found & all_of != all_of:
                continue
            if condition is not None:
                values = values or _values(facts, scan, thanks=thanks, question=question)
                holds = _holds(condition, values)
                if holds is None:
                    failed.append(self._rules[number].rule.name)
                if not holds:
                    continue
            fired.append(number)
            if stop:
                break
        return tuple(fired), tuple(failed)

    def _plan(self, facts: TriageInput, values: Mapping[str, Any]) -> list[_Step]:
        """Return the rules that may hold for messages of this kind; with a condition only where it varies."""
        return [
            (number, each.any_of, each.all_of, each.none_of, each.condition if each.varies else None, each.rule.stop)
            for number, each in enumerate(self._rules)
            if each.concerns(facts.unit, facts.source, facts.targets)
            and (each.condition is None or each.varies or _holds(each.condition, values))
        ]

    def _say(
        self,
        fired: tuple[int, ...],
        failed: tuple[str, ...],
        step: int,
        thanks: bool,  # noqa: FBT001 - a part of a key
        automatic: bool,  # noqa: FBT001 - a part of a key
    ) -> Triage:
        first = [_NO_CASE] if automatic and self._file.automatic == "no" else []
        said, by = _said_first([*first, *(self._rules[number].rule for number in fired), self._default])
        priority = said.get("priority") or "normal"
        if step and PRIORITIES.index(self._steps[step - 1][1]) > PRIORITIES.index(priority):
            reach, priority = self._steps[step - 1]
            by["priority"] = f"reach:{reach}"
        if failed:
            by["failed"] = ", ".join(failed)
        reason = said.get("reason") or ""
        return Triage(
            reason=reason,
            priority=priority,
            queue=said.get("queue") or "",
            first_reply=duration(said["first_reply"]) if "first_reply" in said else None,
            resolve=duration(said["resolve"]) if "resolve" in said else None,
            wanted=said.get("case") or "check",
            thanks=thanks or automatic,
            joinable_reason=self.joinable(reason),
            rules=MappingProxyType(by),
        )


def _said_first(rules: Sequence[Rule]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is said of each thing first, and by which rule."""
    said: dict[str, str] = {}
    by: dict[str, str] = {}
    for rule in rules:
        of_rule = {**dict(rule.set), **dict(rule.set.sla)}
        for thing in _THINGS:
            if of_rule[thing] is not None and thing not in said:
                said[thing], by[thing] = of_rule[thing], rule.name
    return said, by


def _values(facts: TriageInput, scan: Scan, *, thanks: bool, question: bool) -> dict[str, Any]:
    """Return the values of all paths."""
    return facts._asdict() | {
        "words": word_count(scan),
        "empty": not scan.tokens,
        "has_question": question,
        "has_link": scan.has_link,
        "thanks": thanks,
    }


def _holds(condition: Condition, values: Mapping[str, Any]) -> bool | None:
    """Tell whether a condition holds; None where it cannot be computed for these values."""
    try:
        return bool(condition.evaluate(values))
    except Refused:
        return None


def _remember(memory: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[key] = value
    return value
