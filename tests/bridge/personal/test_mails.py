"""Mail addresses: those on the list pass, in capitals and spelled out too; all others are held."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import pytest

from bridge.personal.model import Datum
from tests.bridge.personal.answers import found


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("we emailed p.brandt@example.org yesterday", "p.brandt@example.org"),
        ("Schreib an anna.weiss@funkkabel.example.", "anna.weiss@funkkabel.example"),
        ("wir haben petra[at]posthorn.example notiert", "petra[at]posthorn.example"),
        ("an petra.a(at)posthorn(punkt)example, ja?", "petra.a(at)posthorn(punkt)example"),
        ("an petra punkt a ät posthorn punkt example, ja?", "petra punkt a ät posthorn punkt example"),
        ("Notiert: petra.a @ posthorn . example – oder?", "petra.a @ posthorn . example"),
        ("p e t r a @ e x a m p l e . o r g bounced", "p e t r a @ e x a m p l e . o r g"),
        ("an jörg.wäsche@posthorn.example", "jörg.wäsche@posthorn.example"),
        ("hilfe@funkkabel.example.net", "hilfe@funkkabel.example.net"),
    ],
)
def test_an_address_that_is_not_on_the_list_is_held(text: str, address: str) -> None:
    assert found(text) == [(Datum.EMAIL, address)]


@pytest.mark.parametrize(
    "text",
    [
        "HILFE@FUNKKABEL.EXAMPLE",
        "hilfe (at) funkkabel (punkt) example",
        "hilfe@funkkabel dot example if you'd rather write",
        "m***@posthorn.example ist hinterlegt",
        "So etwa: name@example.com",
        "npm i @acme/cli@4.17.0",
        "folgt uns: @funkkabel und @funkkabel@mastodon.example",
        "look at funkkabel.example for more",
        "Liebe @mira.codes, danke, and thanks @tom.w.runs",
    ],
)
def test_what_is_no_address_of_a_person_passes(text: str) -> None:
    assert found(text) == []
