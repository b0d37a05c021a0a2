"""Rules made ready to run: word lists as bits of one lexicon, conditions compiled, names checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bridge.conditions import Condition
from bridge.document_faults import Fault, did_you_mean
from bridge.documents import raise_faults
from bridge.triage.features import OWN_LISTS, language_lists
from bridge.triage.model import PATHS
from bridge.triage.words import Lexicon, spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bridge.document_faults import Place
    from bridge.documents import Document
    from bridge.triage.file import Rule, TriageFile, Words

VARYING = frozenset({"text", "subject", "words", "reach"})
"""Values that differ from message to message; conditions on others are decided once for all messages alike."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule; the masks are over the bits of the lexicon."""

    rule: Rule
    any_of: int
    """At least one of these, if there are any."""
    all_of: int
    none_of: int
    condition: Condition | None

    @property
    def varies(self) -> bool:
        """Tell whether its condition must be asked for each message."""
        paths = self.condition.paths if self.condition is not None else ()
        return any(path in VARYING or path.startswith("extra.") for path in paths)

    def concerns(self, unit: str, source: str, targets: frozenset[str]) -> bool:
        """Tell whether its filters let a message pass."""
        rule = self.rule
        return (
            (not rule.units or unit in rule.units)
            and (not rule.sources or source in rule.sources)
            and (not rule.targets or not targets or not targets.isdisjoint(rule.targets))
        )


@dataclass(slots=True)
class _Lists:
    """Word lists by content, each with its bit."""

    named: Mapping[str, Words]
    bits: dict[tuple[str, ...], int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def mask(self, words: Words, place: Place) -> int:
        """Return the bits of a list: of its own words one, of each ``$name`` that of the named list."""
        own: list[str] = []
        mask = 0
        for where, pattern in _patterns(words, place):
            if pattern.startswith("$"):
                mask |= self._of_name(pattern[1:], where)
            elif self._is_word(pattern, where):
                own.append(pattern)
        return mask | self._bit(tuple(own))

    def _of_name(self, name: str, place: Place) -> int:
        if name not in self.named:
            self.faults.append(
                Fault(place, f"there is no word list {name!r} under words{did_you_mean(name, self.named)}")
            )
            return 0
        patterns = [pattern for _, pattern in _patterns(self.named[name], ())]
        return self._bit(tuple(pattern for pattern in patterns if not pattern.startswith("$")))

    def check_named(self) -> None:
        """Named lists hold words only, so that nobody has to follow them."""
        for name, words in self.named.items():
            for where, pattern in _patterns(words, ("words", name)):
                if pattern.startswith("$"):
                    self.faults.append(
                        Fault(where, f"a list under words cannot take another one ({pattern}); name both in the rule.")
                    )
                else:
                    self._is_word(pattern, where)

    def _is_word(self, pattern: str, place: Place) -> bool:
        bare = [part for spelling in spellings(pattern) for part in spelling.split() if part not in {"^", ".."}]
        if not bare or any(len(part.strip("*")) == 0 or "*" in part.strip("*") for part in bare):
            self.faults.append(
                Fault(place, f"{pattern!r} is no word or phrase; * may stand at the ends of a word only.")
            )
            return False
        return True

    def _bit(self, patterns: tuple[str, ...]) -> int:
        if not patterns:
            return 0
        return 1 << self.bits.setdefault(patterns, OWN_LISTS + len(self.bits))


def compile_rules(file: TriageFile, document: Document) -> tuple[list[CompiledRule], Lexicon]:
    """Compile all rules. Everything wrong is told at once, with line and suggestion, as ``ConfigError``."""
    lists = _Lists(file.words)
    lists.check_named()
    rules = [_compile(rule, lists, document, index) for index, rule in enumerate(file.rules)]
    raise_faults(document, [*lists.faults, *_wrong_names(file)])
    lexicon = Lexicon([*language_lists(), *((number, patterns) for patterns, number in lists.bits.items())])
    return rules, lexicon


def _compile(rule: Rule, lists: _Lists, document: Document, index: int) -> CompiledRule:
    place = ("rules", index)
    all_of = 0
    for number, word in enumerate(rule.all_words):
        all_of |= lists.mask([word], (*place, "all_words", number))
    condition = None
    if rule.when:
        line = document.line((*place, "when"))
        condition = Condition.compile(rule.when, PATHS, file=document.file, line=line, yields="bool")
    return CompiledRule(
        rule,
        lists.mask(rule.any_words, (*place, "any_words")),
        all_of,
        lists.mask(rule.not_words, (*place, "not_words")),
        condition,
    )


def _wrong_names(file: TriageFile) -> Iterable[Fault]:
    """Yield reasons that nobody declared and names given twice."""
    seen: set[str] = set()
    said: list[tuple[Sequence[Any], str | None]] = [(("defaults", "reason"), file.defaults.reason)]
    for index, rule in enumerate(file.rules):
        said.append((("rules", index, "set", "reason"), rule.set.reason))
        if rule.name in seen:
            yield Fault(("rules", index, "name"), f"two rules are called {rule.name!r}; every name is given once.")
        seen.add(rule.name)
    for place, reason in said:
        if reason is not None and reason not in file.reasons:
            known = did_you_mean(reason, file.reasons)
            yield Fault(tuple(place), f"the reason {reason!r} is not declared under reasons{known}")


def _patterns(words: Words, place: Place) -> Iterable[tuple[Place, str]]:
    """Yield patterns and where they stand."""
    if isinstance(words, dict):
        for language, patterns in words.items():
            for index, pattern in enumerate(patterns):
                yield (*place, language, index), pattern
    else:
        for index, pattern in enumerate(words):
            yield (*place, index), pattern
