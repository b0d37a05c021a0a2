"""Names: surnames that the handle does not show are held."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import pytest

from bridge.personal.model import Datum, Known
from tests.bridge.personal.answers import BRAND, found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hallo Herr Lüders, das tut uns leid", "Lüders"),
        ("Dear Mrs. O'Brien, thanks", "O'Brien"),
        ("Herr von Bülow ist informiert", "von Bülow"),
        ("Frau Müller-Lüdenscheidt, gerne", "Müller-Lüdenscheidt"),
        ("Dein Nachbar Schulze hat es angenommen", "Schulze"),
        ("Das Paket liegt bei Familie Demirel", "Demirel"),
        ("Kollegin Sabine Wrobel ruft an", "Sabine Wrobel"),
        ("It was signed for by J. Pemberton", "J. Pemberton"),
        ("It is in the name of Leonora Swift-Barnes", "Leonora Swift-Barnes"),
        ("a joint account with Quenby Gillow, so both sign", "Quenby Gillow"),
        ("Hi Petra Brandt, hier die Antwort", "Petra Brandt"),
        ("Für Ahlers-Brandt liegt Post bereit", "Ahlers-Brandt"),
        ("petra b.r.a.n.d.t, oder?", "b.r.a.n.d.t"),
        ("Der Schornsteinfeger Holtgreve war da", "Holtgreve"),
        ("Our loss adjuster, Fergus Mulholland, will ring", "Fergus Mulholland"),
        ("Laut Fahrer hat Zimmerling unterschrieben", "Zimmerling"),
        ("The signature is Attwater", "Attwater"),
        ("Bei Nussbaumer im zweiten Stock", "Nussbaumer"),
        ("The Wojcik family at no. 9 has it", "Wojcik"),
    ],
)
def test_a_surname_is_held(text: str, name: str) -> None:
    assert found(text) == [(Datum.NAME, name)]


@pytest.mark.parametrize(
    "text",
    [
        "Liebe Petra, vielen Dank! Fahrer Mehmet war da.",
        "Tina K. hat gewonnen, Frau Z. nicht",
        "Hi @waldfee_77, schau mal",
        "Viele Grüße, Jana Feldmann",
        "Mit freundlichen Grüßen Thomas Berger, Kundenservice",
        "Thanks for your patience! – Sarah Whitfield, night desk",
        "LG Mia vom Funkkabel-Team",
        "Alles klar. ^MK",
        "Unsere Chefin Maria Lindner sagt dazu mehr im Interview.",
        'Das Buch "Der Sturm" von Julia Hartmann ist da',
        "Die Albert-Einstein-Straße ist gesperrt",
        "Praxis Dr. Weber und Bäckerei Schmidt sind zu",
        "Dr. Oetker Pizza ist aus",
        "Black Friday in New Jersey, Good Morning Manchester",
        'Die Tasche "Brandt" gibt es noch in Cognac.',
        "Max Mustermann ist ein Beispiel",
        "Danke. Ihr Marktleiter Peter Kern",
        "Alles Gute. Liebe Grüße aus Kiel, Wiebke Thomsen",
        "Bürgermeisterin Rosi Aigner eröffnet das Wasserwerk",
        "The Henry Moore Gallery is open",
        "Kutter 'Anna Petersen' fährt um 11",
    ],
)
def test_first_names_signatures_and_public_people_pass(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("handle", ["Tina Kessler", "tina_kessler", "tinakessler99", "TINA.KESSLER"])
def test_a_name_that_the_handle_shows_passes(handle: str) -> None:
    known = Known(handle=handle, name="Tina Kessler")
    assert found("Guten Morgen Frau Kessler, danke!", BRAND, known) == []
    assert found("Guten Morgen Frau Lüders, danke!", BRAND, known) == [(Datum.NAME, "Lüders")]


def test_an_umlaut_may_be_spelled_out_in_the_handle() -> None:
    assert found("Danke, Frau Kühn!", BRAND, Known(handle="eva_kuehn")) == []
    assert found("Danke, Frau Kühn!", BRAND, Known(handle="eva_kuhn")) == []
