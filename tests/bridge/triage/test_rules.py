"""Rules: order, conditions, filters, reach, names of what decided, and clear words about what is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from bridge import documents
from bridge.errors import ConfigError
from bridge.triage.rules import PRIORITIES, RuleSet, Triage, TriageInput, load_rules

if TYPE_CHECKING:
    from pathlib import Path

REASONS = "reasons: {delivery: {}, outage: {title: Outage}, other: {joinable: false}}\n"


def rules(text: str) -> RuleSet:
    return RuleSet(documents.parse(REASONS + text, "triage.yaml"))


def decide(source: str, /, **facts: Any) -> Triage:  # noqa: ANN401 - fields of TriageInput
    return rules(source).decide(TriageInput(**facts))


def test_for_each_thing_the_first_rule_that_says_it_wins() -> None:
    triage = decide(
        """
rules:
  - {name: parcel, any_words: [parcel], set: {reason: delivery}}
  - {name: late, any_words: [late], set: {reason: outage, priority: high, case: yes}}
  - {name: all, set: {queue: q, priority: low, sla: {first_reply: 4h, resolve: 2d}}}
""",
        text="my parcel is late",
    )
    assert (triage.reason, triage.priority, triage.queue, triage.wanted) == ("delivery", "high", "q", "yes")
    assert (triage.first_reply, triage.resolve) == (timedelta(hours=4), timedelta(days=2))
    assert triage.rules == {
        "reason": "parcel",
        "priority": "late",
        "case": "late",
        "queue": "all",
        "first_reply": "all",
        "resolve": "all",
    }


def test_without_any_rule_a_message_is_to_be_checked() -> None:
    triage = decide("", text="whatever")
    assert (triage.wanted, triage.priority, triage.reason) == ("check", "normal", "")
    assert triage.rules == {"priority": "default", "case": "default"}


def test_all_words_any_words_and_not_words_hold_together() -> None:
    text = "rules: [{name: r, any_words: {de: [weg], en: [down]}, all_words: [internet, heute], not_words: [wieder da], set: {case: no}}]"
    assert decide(text, text="Internet heute weg").wanted == "no"
    assert decide(text, text="Internet weg").wanted == "check"
    assert decide(text, text="Internet heute weg, jetzt wieder da").wanted == "check"
    assert decide(text, text="Internet heute").wanted == "check"


def test_named_lists_serve_many_rules() -> None:
    text = "words: {bad: {de: [mies], en: [awful]}}\nrules: [{name: r, any_words: [$bad, grim], set: {case: yes}}]"
    for said in ("so mies", "awful", "grim"):
        assert decide(text, text=said).wanted == "yes"


def test_subject_and_text_are_read() -> None:
    assert (
        decide("rules: [{name: r, any_words: [router], set: {case: yes}}]", subject="Router", text="x").wanted == "yes"
    )


def test_conditions_see_what_is_known_of_the_message() -> None:
    text = """
rules:
  - {name: long, when: words > 3, set: {case: no}}
  - {name: stars, when: kind == 'review' && rating <= 3, set: {case: yes}}
  - {name: field, when: extra.vip == 'gold', set: {priority: urgent}}
"""
    assert decide(text, text="a b c d").rules["case"] == "long"
    assert decide(text, text="a", kind="review", rating=2.0).rules["case"] == "stars"
    assert decide(text, text="a", kind="review", rating=4.0).rules["case"] == "default"
    assert decide(text, text="a", kind="review").rules["case"] == "default"
    assert decide(text, extra={"vip": "gold"}).priority == "urgent"


def test_a_condition_that_fails_on_a_message_does_not_hold_and_is_named() -> None:
    triage = decide("rules: [{name: r, when: extra.n + 1 > 2, set: {case: no}}]", extra={"n": "text"})
    assert triage.wanted == "check"
    assert triage.rules["failed"] == "r"


def test_stop_ends_the_list() -> None:
    text = "rules: [{name: a, any_words: [x], stop: true}, {name: b, set: {case: no}}]"
    assert decide(text, text="x").wanted == "check"
    assert decide(text, text="y").wanted == "no"


def test_rules_can_be_for_units_sources_and_targets() -> None:
    text = "rules: [{name: r, units: [de], sources: [mail], targets: [crm], set: {case: no}}]"
    fits = {"unit": "de", "source": "mail", "targets": frozenset({"crm", "desk"})}
    assert decide(text, **fits).wanted == "no"
    assert decide(text, **fits | {"targets": frozenset()}).wanted == "no", "not known yet"
    for other in ({"unit": "at"}, {"source": "x"}, {"targets": frozenset({"desk"})}):
        assert decide(text, **fits | other).wanted == "check"


def test_reach_raises_priority_and_never_lowers_it() -> None:
    text = "reach: {10000: high, 100000: urgent}\nrules: [{name: r, any_words: [fire], set: {priority: urgent}}]"
    assert decide(text, reach=9_999).priority == "normal"
    raised = decide(text, reach=10_000)
    assert (raised.priority, raised.rules["priority"]) == ("high", "reach:10000")
    assert decide(text, reach=2_000_000).priority == "urgent"
    kept = decide(text, reach=10_000, text="fire")
    assert (kept.priority, kept.rules["priority"]) == ("urgent", "r")


def test_priorities_are_ordered() -> None:
    assert PRIORITIES == ("low", "normal", "high", "urgent")


def test_catch_all_reasons_join_nothing() -> None:
    found = rules("")
    assert found.joinable("delivery")
    assert not found.joinable("other")
    assert not found.joinable("")
    assert found.reasons == {"delivery": "delivery", "outage": "Outage", "other": "other"}


def test_automatic_messages_are_quiet_like_a_thanks() -> None:
    assert decide("", text="I am out of office", automatic=True).thanks
    assert decide("", text="danke").thanks
    assert not decide("", text="danke, aber nein").thanks


@pytest.mark.parametrize(
    ("source", "wanted", "rule"),
    [
        ("", "no", "automatic"),
        ("rules: [{name: mine, any_words: [lawyer], set: {case: yes}}]", "no", "automatic"),
        ("defaults: {case: yes}", "no", "automatic"),
        ("automatic: rules\nrules: [{name: mine, any_words: [lawyer], set: {case: yes}}]", "yes", "mine"),
        ("automatic: rules", "check", "default"),
    ],
)
def test_what_a_machine_wrote_opens_no_case_unless_the_file_leaves_it_to_its_rules(
    source: str, wanted: str, rule: str
) -> None:
    triage = decide(source, text="Out of office. Ask my lawyer.", automatic=True)
    assert (triage.wanted, triage.rules["case"]) == (wanted, rule)
    person = decide("rules: [{name: mine, any_words: [lawyer], set: {case: yes}}]", text="Ask my lawyer.")
    assert person.wanted == "yes"


def test_what_is_stored_gives_the_same_rules_again() -> None:
    before = rules(
        "words: {w: {de: [a]}}\nreach: {5: high}\nrules: [{name: r, any_words: [$w], when: public, set: {case: no}}]"
    )
    after = RuleSet.from_body(orjson.loads(orjson.dumps(before.body)))
    assert (after.body, after.hash) == (before.body, before.hash)
    assert after.decide(TriageInput(text="a", reach=9)) == before.decide(TriageInput(text="a", reach=9))


def test_the_hash_names_the_content_not_its_order_or_layout() -> None:
    one = rules("reach: {5: high}\ndefaults: {case: no, queue: q}")
    other = rules("defaults:\n  queue: q # a comment\n  case: no\nreach: {5: high}")
    assert one.hash == other.hash
    assert one.hash != rules("defaults: {case: yes}").hash


def test_a_decision_is_stored_as_json() -> None:
    stored = decide("rules: [{name: r, set: {reason: other, sla: {first_reply: 30m}}}]", text="danke").as_dict()
    assert orjson.loads(orjson.dumps(stored)) == stored
    assert stored == {
        "reason": "other",
        "priority": "normal",
        "queue": "",
        "first_reply": 1800.0,
        "resolve": None,
        "wanted": "check",
        "thanks": True,
        "joinable": False,
        "rules": {"reason": "r", "first_reply": "r", "priority": "default", "case": "default"},
    }


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("rules: [{name: r, any_word: [x]}]", 2, "unknown key 'any_word' in rules.0; did you mean 'any_words'?"),
        ("rules:\n  - name: r\n    set: {reason: delivry}", 4, "did you mean 'delivery'?"),
        ("rules:\n  - name: r\n    when: netwrk == 'x'", 4, "did you mean 'network'?"),
        ("rules:\n  - name: r\n    when: public &&", 4, "CEL"),
        ("rules:\n  - name: r\n    when: words + 1", 4, "true or false"),
        ("rules:\n  - name: r\n    any_words:\n      - $bed\nwords: {bad: [x]}", 5, "did you mean 'bad'?"),
        ("rules: [{name: r}, {name: r}]", 2, "two rules are called 'r'"),
        ("rules: [{name: r, set: {priority: hgh}}]", 2, "did you mean 'high'?"),
        ("rules: [{name: r, set: {sla: {first_reply: soon}}}]", 2, "30m, 4h or 2d"),
        ("rules: [{name: r, any_words: ['*']}]", 2, "no word or phrase"),
        ("rules: [{name: r, any_words: ['a*b']}]", 2, "no word or phrase"),
        ("words: {a: [$b], b: [x]}", 2, "cannot take another one"),
        ("defaults: {reason: nothing}", 2, "not declared under reasons"),
        ("reach: {many: high}", 2, "reach"),
        ("defaults: {case: maybe}", 2, "case"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_a_suggestion(text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        rules(text)
    assert str(raised.value).startswith(f"triage.yaml:{line}: ")
    assert says in str(raised.value)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        rules("rules:\n  - {name: r, set: {reason: x}}\n  - {name: r, any_words: [$y]}")
    assert str(raised.value).count("triage.yaml:") == 3


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "triage.yaml"
    path.write_text("defaults: {case: no}\n", encoding="utf-8")
    assert load_rules(path).decide(TriageInput(text="x")).wanted == "no"
    with pytest.raises(ConfigError, match="no such file"):
        load_rules(tmp_path / "none.yaml")
