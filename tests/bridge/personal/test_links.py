"""Links: those that open something of one person are held."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import pytest

from bridge.personal.model import Datum
from tests.bridge.personal.answers import found


@pytest.mark.parametrize(
    "link",
    [
        "https://funkkabel.example/rechnung/88123.pdf",
        "https://funkkabel.example/login?token=ab12cd34",
        "https://funkkabel.example/track/1Z999AA1",
        "https://funkkabel.example/reset/3f9a0b7e",
        "https://funkkabel.example/einladung/8d7c6b5a-ee01",
        "www.funkkabel.example/k/9f8e7d6c5b",
        "https://treffen.example/j/8812345678?pwd=abc",
        "https://wa.me/491713920011",
        "tel:+491713920011",
        "https://linkedin.com/in/wiebke-jansen-4711",
    ],
)
def test_a_link_to_somebodys_own_things_is_held(link: str) -> None:
    assert found(f"Hier: {link}.") == [(Datum.LINK, link)]


@pytest.mark.parametrize(
    "link",
    [
        "https://www.funkkabel.example/?utm_source=post",
        "https://funkkabel.example/hilfe/router/7590",
        "https://funkkabel.example/blog/2024/05/neuer-tarif",
        "https://funkkabel.example/artikel/4711893",
        "https://funkkabel.example/formulare/umzug.pdf",
        "https://funkkabel.example/shop/router-7590?color=black",
        "https://funkkabel.example/faq#4-2",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.instagram.com/waldfee_77",
        "https://wa.me/493023125100",
        "bit.ly/router-hilfe",
    ],
)
def test_a_link_that_opens_nobodys_own_things_passes(link: str) -> None:
    assert found(f"Hier: {link} – viel Erfolg!") == []


def test_a_shortened_link_is_held_where_the_text_says_that_it_is_of_one_person() -> None:
    assert found("Hier ist deine Rechnung: https://bit.ly/3xYz9") == [(Datum.LINK, "https://bit.ly/3xYz9")]
    assert found("https://bit.ly/3xYz9 führt zur Umfrage") == []
