"""The starter rules, held to a labelled set of invented messages (``labelled.yaml``).

The guide by which the messages were labelled, before any rule was written:

* **complaint**: somebody is worse off or angry, or reports something that does not work, is late, lost, wrong, unsafe or
  against the law, however polite, ironic or short the words are. A thanks before or after changes nothing. Irony counts by
  what is meant.
* **question**: somebody wants something: an answer, a change, a call, a document, a cancellation. No question mark needed.
* **thanks**: thanks and nothing else; "it works now" belongs to it, a new wish or fact does not.
* **praise**: content with the brand or its people, and nothing is asked or wrong.
* **spam**, **competition**, **job**: an advertisement of others, an entry to a competition, an advertisement of a job.

A doubtful message is labelled as what would be worse to lose: complaint before question before the rest. The promise:
no complaint and no question is ever "no case". That of the harmless ones a few are looked at by people is the price.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge import documents
from bridge.triage.rules import TriageInput, load_rules

RULES = load_rules(Path(__file__).parents[3] / "config/starter/triage.yaml")
LABELLED: dict[str, list[str]] = documents.load(Path(__file__).with_name("labelled.yaml")).data
TROUBLE = [text for label in ("complaint", "question") for text in LABELLED[label]]
HARMLESS = [text for label, texts in LABELLED.items() if label not in {"complaint", "question"} for text in texts]


def wanted(text: str, **facts: Any) -> str:  # noqa: ANN401 - fields of TriageInput
    return RULES.decide(TriageInput(text=text, **facts)).wanted


def test_the_set_is_large_enough_to_mean_something() -> None:
    assert len(TROUBLE) >= 150
    assert len(TROUBLE) == len(set(TROUBLE))


@pytest.mark.parametrize("facts", [{}, {"listening": True, "mentions_brand": True}, {"kind": "review", "rating": 5.0}])
def test_no_complaint_and_no_question_is_lost(facts: dict[str, Any]) -> None:
    assert [text for text in TROUBLE if wanted(text, **facts) == "no"] == []


def test_no_trouble_is_taken_for_a_bare_thanks() -> None:
    assert [text for text in TROUBLE if RULES.decide(TriageInput(text=text)).thanks] == []


def test_most_complaints_and_questions_need_nobody_to_check() -> None:
    assert sum(wanted(text) == "yes" for text in TROUBLE) >= 0.9 * len(TROUBLE)


def test_most_harmless_messages_make_no_work() -> None:
    assert sum(wanted(text) == "no" for text in HARMLESS) >= 0.9 * len(HARMLESS)


@pytest.mark.parametrize("text", LABELLED["thanks"])
def test_a_thanks_is_bare(text: str) -> None:
    assert RULES.decide(TriageInput(text=text)).thanks


@pytest.mark.parametrize("kind", ["direct", "mail", "form", "sms", "letter"])
@pytest.mark.parametrize("text", [*TROUBLE[:20], "hallo", "xyzzy", "", "😡", "Nordwind ist spitze"])
def test_every_direct_message_mail_and_form_is_a_case(kind: str, text: str) -> None:
    assert wanted(text, kind=kind, public=False) == "yes"


def test_a_missed_call_is_a_case() -> None:
    assert wanted("", kind="call", public=False, missed=True) == "yes"


def test_a_call_that_was_taken_is_looked_at() -> None:
    assert wanted("", kind="call", public=False) == "check"


@pytest.mark.parametrize("stars", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("text", ["", "Ok.", "Super Service, bester Laden"])
def test_a_review_of_three_or_less_is_a_case(stars: float, text: str) -> None:
    assert wanted(text, kind="review", rating=stars) == "yes"


def test_a_good_review_without_words_is_none() -> None:
    assert wanted("", kind="review", rating=5.0) == "no"
    assert wanted("", kind="review") == "check"


def test_what_no_rule_understands_is_looked_at() -> None:
    for text in ("xyzzy", "Проблема", "今日は", "", "@nordwind", "https://x.example/photo"):
        assert wanted(text) == "check"


@pytest.mark.parametrize("facts", [{"automatic": True}, {"employee": True}, {"direction": "out"}])
def test_machines_employees_and_we_ourselves_open_no_case(facts: dict[str, Any]) -> None:
    assert wanted("Mein Internet ist kaputt, wann geht es wieder?", **facts) == "no"


def test_listening_finds_are_stored_unless_somebody_is_in_trouble() -> None:
    assert wanted("Heute mit Nordwind telefoniert", listening=True) == "no"
    assert wanted("Nordwind ist eine Katastrophe", listening=True) == "check"


@pytest.mark.parametrize(
    ("text", "reason", "priority"),
    [
        ("Der Akku hat Feuer gefangen", "safety", "urgent"),
        ("My lawyer will write to you", "legal", "urgent"),
        ("Presseanfrage zur Störung", "press", "urgent"),
        ("Ich verlange Löschung meiner Daten nach DSGVO", "privacy", "high"),
        ("Hiermit kündige ich", "cancellation", "high"),
        ("I want a refund", "refund", "normal"),
        ("Kein Internet seit heute früh", "outage", "high"),
        ("Die Rechnung ist falsch", "billing", "high"),
        ("Where is my parcel", "delivery", "normal"),
        ("Der Techniker kommt morgen", "appointment", "normal"),
        ("I can't log in", "account", "high"),
        ("The app crashes", "technical", "normal"),
        ("Niemand erreichbar bei euch", "contact", "high"),
        ("Unverschämt!", "complaint", "high"),
        ("Do you sell gift cards?", "question", "normal"),
        ("Nordwind ist einfach spitze", "praise", "low"),
        ("Danke!", "thanks", "low"),
    ],
)
def test_contact_reasons_and_priorities(text: str, reason: str, priority: str) -> None:
    triage = RULES.decide(TriageInput(text=text))
    assert (triage.reason, triage.priority) == (reason, priority)


def test_reach_raises_priority() -> None:
    assert RULES.decide(TriageInput(text="The app crashes", reach=20_000)).priority == "high"
    assert RULES.decide(TriageInput(text="The app crashes", reach=200_000)).priority == "urgent"


def test_every_reason_is_declared_and_used() -> None:
    said = {rule["set"].get("reason") for rule in RULES.body["rules"]} | {RULES.body["defaults"]["reason"]}
    assert said - {None} == set(RULES.reasons)


def test_every_named_list_is_used() -> None:
    used = {
        word[1:]
        for rule in RULES.body["rules"]
        for key in ("any_words", "not_words")
        for word in rule.get(key, [])
        if word.startswith("$")
    }
    assert used == set(RULES.body["words"])
