"""What the labelled answers promise to those who are judged by them: shape, spans, shares, no answer twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest

from tests.source_tree import ROOT

FOLDER = ROOT / "benchmarks" / "personal_data"
KINDS = {
    "email",
    "phone",
    "iban",
    "card",
    "order",
    "customer_number",
    "tracking",
    "address",
    "birth_date",
    "name",
    "link",
    "other_number",
}
ALLOW = {"phones", "emails", "ibans", "links", "addresses", "numbers"}
KNOWN_TEXTS = {"handle", "name", "address"}
KNOWN_LISTS = {"order_numbers", "customer_numbers"}
GERMAN = {"de", "de-AT", "de-CH"}

Answer = dict[str, Any]


@cache
def answers() -> tuple[Answer, ...]:
    """All lines, those that rules were developed on and those that were held out."""
    return (*lines("answers.jsonl"), *lines("held_out.jsonl"))


@cache
def lines(name: str) -> tuple[Answer, ...]:
    """Return the lines of a file, in its order."""
    return tuple(json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines())


def found(kind: str) -> list[str]:
    return [span["text"] for answer in answers() for span in answer["found"] if span["kind"] == kind]


def test_there_are_enough_answers_and_a_guide_says_how_they_are_labelled() -> None:
    assert len(answers()) >= 1_200
    guide = (FOLDER / "guide.md").read_text(encoding="utf-8")
    assert [kind for kind in sorted(KINDS) if f"| `{kind}` |" not in guide] == []


def test_every_line_has_the_same_shape() -> None:
    for answer in answers():
        where = answer["id"]
        assert list(answer) == ["id", "lang", "text", "hold", "found", "allow", "known", "note"], where
        assert answer["lang"] in GERMAN | {"en", "de-en"}, where
        assert answer["text"] == answer["text"].strip() != "", where
        assert isinstance(answer["note"], str), where
        assert all(set(span) == {"kind", "text"} and span["kind"] in KINDS for span in answer["found"]), where
        assert set(answer["allow"]) == ALLOW, where
        assert set(answer["known"]) == KNOWN_TEXTS | KNOWN_LISTS, where
        lists = [*answer["allow"].values(), *(answer["known"][name] for name in KNOWN_LISTS)]
        assert all(isinstance(value, str) and value for values in lists for value in values), where
        assert all(isinstance(answer["known"][name], str) for name in KNOWN_TEXTS), where


@pytest.mark.parametrize(("name", "prefix"), [("answers.jsonl", "pd"), ("held_out.jsonl", "ph")])
def test_every_answer_has_a_name_of_its_own(name: str, prefix: str) -> None:
    numbers = range(1, len(lines(name)) + 1)
    assert [answer["id"] for answer in lines(name)] == [f"{prefix}-{number:04}" for number in numbers]


def test_an_answer_is_held_exactly_when_something_was_found_in_it() -> None:
    assert [answer["id"] for answer in answers() if answer["hold"] is not bool(answer["found"])] == []


def test_what_was_found_stands_in_the_answer_and_is_named_once() -> None:
    for answer in answers():
        spans = [span["text"] for span in answer["found"]]
        assert all(span in answer["text"] and span == span.strip() != "" for span in spans), answer["id"]
        assert len(spans) == len(set(spans)), answer["id"]


def test_the_shares_are_even() -> None:
    total = len(answers())
    languages = Counter("de" if answer["lang"] in GERMAN else answer["lang"] for answer in answers())
    assert 0.45 < languages["de"] / total < 0.55
    assert 0.45 < languages["en"] / total < 0.55
    assert min(Counter(answer["lang"] for answer in answers()).values()) >= 20
    for chosen in (GERMAN, {"en"}):
        held = [answer["hold"] for answer in answers() if answer["lang"] in chosen]
        assert 0.45 < sum(held) / len(held) < 0.55


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_there_often_enough_to_count(kind: str) -> None:
    assert len(found(kind)) >= 25


def test_most_answers_that_pass_look_as_if_they_should_not() -> None:
    """Numbers, links and addresses of the brand, of products, of everybody."""
    tempting = re.compile(r"\d|https?:|\.example\b|@\w")
    passing = [answer for answer in answers() if not answer["hold"]]
    assert sum(bool(tempting.search(answer["text"])) for answer in passing) > len(passing) / 2


def test_nothing_on_the_list_of_the_brand_is_held() -> None:
    for answer in answers():
        listed = {re.sub(r"\D", "", phone).lstrip("0") for phone in answer["allow"]["phones"]}
        listed |= {value.lower() for name in ("emails", "ibans", "links") for value in answer["allow"][name]}
        for span in answer["found"]:
            if span["kind"] in {"phone", "email", "iban", "link"}:
                assert span["text"].lower() not in listed, answer["id"]
                assert re.sub(r"\D", "", span["text"]).lstrip("0") not in listed, answer["id"]


def test_what_is_known_of_the_customer_never_passes_as_it_is_known() -> None:
    for answer in answers():
        known = answer["known"]
        private = [*known["order_numbers"], *known["customer_numbers"], known["address"]]
        for value in filter(None, private):
            alone = re.search(rf"(?<!\w){re.escape(value)}(?!\w)", answer["text"])
            assert answer["hold"] or not alone, answer["id"]


def _is_iban(text: str) -> bool:
    plain = re.sub(r"\W", "", text).upper()
    return plain.isalnum() and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    digits = [int(sign) for sign in reversed(text) if sign.isdecimal()]
    return sum(sum(divmod(digit * (1 + place % 2), 10)) for place, digit in enumerate(digits)) % 10 == 0


def test_accounts_and_cards_are_right_by_their_check_digits_but_for_a_few_mistyped_ones() -> None:
    ibans = [text for text in found("iban") if re.fullmatch(r"[\w\s.-]{15,}", text) and text.isascii()]
    assert 0.7 < sum(map(_is_iban, ibans)) / len(ibans) < 1
    assert all(_is_iban(iban) for answer in answers() for iban in answer["allow"]["ibans"])
    cards = [text for text in found("card") if re.fullmatch(r"[\d\s.-]{14,}", text)]
    assert 0.7 < sum(map(_is_card, cards)) / len(cards) < 1


def test_every_host_is_reserved_for_examples() -> None:
    """At gmail.com an address has a sign which Gmail does not permit; wa.me links are to numbers reserved for fiction."""
    host = re.compile(r"(?:https?://|@)((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
    texts = [text for answer in answers() for text in (answer["text"], *answer["allow"]["links"])]
    hosts = {match.lower() for text in texts for match in host.findall(text)}
    reserved = (".example", "example.com", "example.org", "example.net", "gmail.com", "wa.me")
    assert {name for name in hosts if not name.endswith(reserved)} == set()
    assert [
        name for name in re.findall(r"([\w.+-]+)@gmail\.com", "\n".join(texts)) if not re.search("[_-]", name)
    ] == []


def _trigrams(answer: Answer) -> frozenset[tuple[str, ...]]:
    """Three words in a row, what was found and all digits made alike: a template with slots would show."""
    text = answer["text"]
    for span in answer["found"]:
        text = text.replace(span["text"], " found ")
    words = re.findall(r"[\w@']+", re.sub(r"\d", "0", text.lower()))
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset({(answer["text"],)})


def test_no_two_answers_are_built_alike() -> None:
    of_trigram: dict[tuple[str, ...], list[int]] = {}
    sizes: list[int] = []
    alike: list[tuple[str, str]] = []
    assert len({answer["text"].casefold() for answer in answers()}) == len(answers())
    for number, answer in enumerate(answers()):
        trigrams = _trigrams(answer)
        shared = Counter(earlier for trigram in trigrams for earlier in of_trigram.get(trigram, []))
        for earlier, count in shared.items():
            if count > max(
                3, min(len(trigrams), sizes[earlier]) / 2
            ):  # thanks for five stars are said alike by everybody
                alike.append((answers()[earlier]["id"], answer["id"]))
        for trigram in trigrams:
            of_trigram.setdefault(trigram, []).append(number)
        sizes.append(len(trigrams))
    assert alike == []
