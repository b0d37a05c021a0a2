"""Templates: the customer reads one in his own language, and none goes out that says less than was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import ConfigError
from bridge.templates import PLACES, Templates, faults, fill
from cli import compose
from identity.names import first_name
from tests.project import put, write_project
from tests.shop import Shop, make_shop

if TYPE_CHECKING:
    from pathlib import Path

DELIVERY = """\
de: |
  Hallo {first_name|dort}, dein Paket ({case}) ist unterwegs.
  {brand}
en: "Hello {first_name|there}, your parcel is on its way. {brand}"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Give a shop with templates, in which two customers have asked."""
    made = make_shop(tmp_path / "project", publish=True)
    file = made.folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("publish: true", "publish: true\n    hold_seconds: 0"))
    (made.folder / "templates").mkdir()
    (made.folder / "templates" / "delivery.yaml").write_text(DELIVERY)
    (made.folder / "templates" / "by-name.yaml").write_text('en: "Dear {first_name}"')
    asked = {"network": "x", "sent_at": made.clock.now().isoformat(), "thread": "1"}
    anna = {"id": "u1", "handle": "anna", "name": "Anna Muster"}
    put(
        made.folder,
        "1.jsonl",
        [
            asked | {"id": "1", "text": "Wo ist mein Paket?", "lang": "de", "author": anna},
            asked | {"id": "2", "text": "Où est mon colis?", "lang": "fr", "author": {"id": "u2", "handle": "jul"}},
        ],
    )
    made.sync()
    return made


def notes(shop: Shop, native_id: str) -> list[str]:
    """Return the internal notes in the case of a message."""
    shop.sync()
    with shop.agent() as agent:
        return [each["text"] for each in agent.show(shop.case(native_id))["messages"] if each.get("public") is False]


def test_a_template_goes_in_the_language_of_the_customer_with_own_words_behind(shop: Shop) -> None:
    shop.answer("1", "#tpl:delivery Liebe Grüße ^Mia")
    shop.sync()
    (sent,) = shop.sent()
    assert sent.startswith("Hallo Anna, dein Paket (C-")
    assert sent.endswith("ist unterwegs.\nacme\n\nLiebe Grüße ^Mia")


def test_a_language_that_is_missing_is_the_fallback_and_a_name_that_is_missing_its_word(shop: Shop) -> None:
    shop.answer("2", "#TPL:Delivery")
    shop.sync()
    assert shop.sent() == ["Hello there, your parcel is on its way. acme"]


def test_the_case_shows_what_a_template_has_made(shop: Shop) -> None:
    shop.answer("2", "#tpl:delivery")
    shop.sync()
    first, second = notes(shop, "2")
    assert first.startswith("agent answers in public on x, not before ")
    assert first.endswith("UTC:\n\nHello there, your parcel is on its way. acme")
    assert second == "Your answer was sent in public on x."


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("#tpl:delivry", "there is no template 'delivry'; did you mean 'delivery'? There are: by-name, delivery."),
        ("#tpl:none at all", "there is no template 'none'; there are: by-name, delivery."),
        ("#tpl delivery", "say one template, as #tpl:by-name; there are: by-name, delivery."),
        ("#tpl:delivery #tpl:by-name", "say one template, as #tpl:by-name; there are: by-name, delivery."),
        ("Hello! #tpl:delivery", "#tpl:… counts only at the beginning of an answer."),
        (
            "#tpl:by-name",
            (
                "the template by-name says {first_name}, which is not known here. "
                "Instead: your own words, or a word for such customers in the template: {first_name|…}."
            ),
        ),
    ],
)
def test_what_is_no_template_is_not_sent_and_the_case_says_what_there_is(shop: Shop, written: str, told: str) -> None:
    shop.answer("2", written)
    shop.sync()
    assert shop.sent() == []
    assert notes(shop, "2") == [f"Your answer was not sent: {told}"]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("a.yaml", "en: Hello {firstname}", "a.yaml:1: en: there is no place {firstname}; there are: first_name, name"),
        ("a.yaml", "en: Hello\nde: Hallo {brand", "a.yaml:2: de: a lone {; write {{ for the sign itself."),
        ("a.yaml", "de: Hallo", "a.yaml:1: a text in 'en' is missing"),
        ("a.yaml", "en: Hi\ngerman: Hallo", "a.yaml:2: 'german' is no language; write its code, as de or de-AT."),
        ("a.yaml", "en: [Hi]", "a.yaml:1: en: here stands the text in that language."),
        ("a b.yaml", "en: Hi", "the name of a template is that of its file"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(tmp_path: Path, file: str, text: str, told: str) -> None:
    folder = write_project(tmp_path)
    (folder / "templates").mkdir()
    (folder / "templates" / file).write_text(text)
    with pytest.raises(ConfigError) as caught:
        compose(folder)
    assert told in str(caught.value)


def test_a_folder_of_templates_that_is_named_must_be_there(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    file = folder / "casebridge.yaml"
    file.write_text(file.read_text() + "templates: {folder: texts}\n")
    with pytest.raises(ConfigError, match=r"casebridge\.yaml:\d+: templates\.folder: there is no folder texts"):
        compose(folder)


def test_a_dialect_is_taken_before_its_language() -> None:
    templates = Templates(texts={"hi": {"de": "Hallo", "de-at": "Servus", "en": "Hi"}})
    assert [templates.text("hi", each) for each in ("de_AT", "de-CH", "de", "pl", "")] == [
        "Servus",
        "Hallo",
        "Hallo",
        "Hi",
        "Hi",
    ]


@pytest.mark.parametrize(
    ("shown", "first"),
    [
        ("Anna Muster", "Anna"),
        ("Dr. Anna-Lena Muster", "Anna-Lena"),
        ("Muster, Anna", "Anna"),
        ("Frau Muster", ""),
        ("Anna", ""),
        ("A. Muster", ""),
        ("xX_2004_Xx rulez", ""),
        ("", ""),
    ],
)
def test_a_first_name_is_known_or_not_guessed(shown: str, first: str) -> None:
    assert first_name(shown) == first


@given(st.text())
def test_any_text_is_a_template_or_says_what_is_wrong(text: str) -> None:
    filled, missing = fill(text, dict.fromkeys(PLACES, "§"))
    if not list(faults(text)):
        assert missing == ()
        assert "{" not in filled.replace("{{", "") or "{{" in text


@given(st.text(), st.text(alphabet=st.characters(blacklist_characters="{}|")))
def test_what_customers_call_themselves_is_never_read_as_a_template(name: str, rest: str) -> None:
    assert fill(rest + "{name}", {"name": name or "-"})[0] == rest + (name or "-")


@given(st.text(max_size=300))
def test_any_name_gives_a_first_name_or_none(name: str) -> None:
    assert first_name(name) == "" or first_name(name) in name
