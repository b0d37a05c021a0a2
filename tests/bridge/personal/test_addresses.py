"""Addresses: dwellings are held, places of business pass."""

from __future__ import annotations

import pytest

from bridge.personal.model import Datum
from tests.bridge.personal.answers import found, kinds


@pytest.mark.parametrize(
    "text",
    [
        "Liefern an Buchenweg 7, 2. OG?",
        "Amselstraße 14a in Köln stimmt?",
        "Zum Alten Zoll 9, 53111 Bonn",
        "An der Wuhle 33 ist der Anschluss frei",
        "Straße des Friedens 8 ist falsch",
        "Mariahilfer Straße 88/2/14, 1070 Wien",
        "Bahnhofstrasse 4, 8810 Horgen",
        "der anschluss ulmenstraße zwölf ist gebucht",
        "your flat at 22b Baker Street, right?",
        "17 Acacia Avenue is your delivery address",
        "kookaburra crescent no. 22, right?",
        "The Old Rectory, Church Lane, Little Snoring NR21 9ZZ",
        "Apt 4B, 1200 W Elm St, Springfield, IL 62799",
        "8 rue des Lilas, 75011 Paris?",
        "Zimmer 412 bekommt neue Handtücher",
        "Sie liegen auf Station 4, Bett 2? Blumen kommen",
        "w3w: ///tisch.lampe.fenster vor deiner Haustür",
        "47.3769, 8.5417 ist dein Haus?",
        "c/o Hartmann, Gartenweg 3",
        "PO Box 771, your box",
        "Lindenstraße 12 stimmt also",
        "Ihre Lieferadresse ist Vogelsang 19",
        "It was left at Rose Cottage, Back Lane",
        "You live at 8 Cois na hAbhann, correct?",
        "Wir hatten Hausnummer 18 in der Bergmannstraße notiert",
        "Your delivery is moving to 14 Camden Row, not the shop",
    ],
)
def test_where_somebody_lives_or_stays_is_held(text: str) -> None:
    assert kinds(text) == {Datum.ADDRESS}


@pytest.mark.parametrize(
    "text",
    [
        "Post bitte an Hafenweg 22, 48155 Münster.",
        "Unsere Filiale Hauptstraße 5 hat bis 20 Uhr auf",
        "Store: 14 High Street, Leeds LS1 9ZZ",
        "Im Hotel Seeblick, Seestraße 3, ist Frühstück inklusive",
        "Packstation 117, Ringstraße 4",
        "The restaurant's at 14 Camden Row",
        "Sperrung Gartenstraße 12 bis 40",
        "Koordinaten der Störung: 51.96, 7.62",
        "In der Goethestraße wird gebaut, 48155 Münster",
        "Wohnungen mit 3 Zimmern ab 800 €",
        "Write to us at Complaints, PO Box 9900, Leeds LS99 9ZZ.",
        "Alter Schwede, 14 Monate?",
        "We are coming to Netflix 12 June, and moving to Windows 11",
        "Im Store Kettwiger Str. 22 liegt eins",
        "Der Rückenkurs ist in Raum 2. Große Bergstr. 160, Aufzug im Hof",
    ],
)
def test_a_place_for_everybody_passes(text: str) -> None:
    assert found(text) == []


def test_the_known_address_is_held_also_where_the_text_calls_it_a_shop() -> None:
    assert kinds("Unser Laden in der Lindenstr. 12") == {Datum.ADDRESS}
