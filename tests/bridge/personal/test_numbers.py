"""Numbers and codes: the words beside them say whose they are."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import pytest

from bridge.personal.model import Datum, Known
from tests.bridge.personal.answers import BRAND, found, kinds

ORDER, CUSTOMER, PARCEL, OTHER = Datum.ORDER, Datum.CUSTOMER_NUMBER, Datum.TRACKING, Datum.OTHER_NUMBER


@pytest.mark.parametrize(
    ("text", "datum", "number"),
    [
        ("Deine Bestellung 4711893 ist unterwegs", ORDER, "4711893"),
        ("Auftrag A-88124-44 liegt bereit", ORDER, "A-88124-44"),
        ("Your booking ref is JX7P2Q", ORDER, "JX7P2Q"),
        ("Buchungscode QWERTZ wurde storniert", ORDER, "QWERTZ"),
        ("invoice INV-0099213", ORDER, "INV-0099213"),
        ("Kd.-Nr. 10 22 93 4 stimmt", CUSTOMER, "10 22 93 4"),
        ("Member no 77 120 993", CUSTOMER, "77 120 993"),
        ("5580193 ist deine Kundennummer", CUSTOMER, "5580193"),
        ("Sendungsnummer 1Z999AA10123456784", PARCEL, "1Z999AA10123456784"),
        ("parcel PH1177209GB is on the van", PARCEL, "PH1177209GB"),
        ("Ticket 4471905-B ist offen", OTHER, "4471905-B"),
        ("Ihr Aktenzeichen lautet 33 C 1204/24", OTHER, "33 C 1204/24"),
        ("claim ref CLM/2024/5512", OTHER, "CLM/2024/5512"),
        ("Zählernummer 1EMH0011223344", OTHER, "1EMH0011223344"),
        ("MAC-Adresse 3C-22-FB-11-0A-9E", OTHER, "3C-22-FB-11-0A-9E"),
        ("Deine IP 203.0.113.77 war gesperrt", OTHER, "203.0.113.77"),
        ("Kennzeichen MS-FK 1204 stand auf dem Hof", OTHER, "MS-FK 1204"),
        ("Van reg LT21 KXE blocked the drive", OTHER, "LT21 KXE"),
        ("Dein Passwort lautet Regenbogen#7", OTHER, "Regenbogen#7"),
        ("PIN 4711 wurde dir per Post geschickt", OTHER, "4711"),
        ("Voucher code SORRY-8KD2-77 just for you", OTHER, "SORRY-8KD2-77"),
        ("AHV 756.1234.5678.97", OTHER, "756.1234.5678.97"),
        ("Code Anton, sieben, Berta, drei, Paula", OTHER, "Anton, sieben, Berta, drei, Paula"),
        ("Bestellung Nr 30099812 ist leider ausverkauft", ORDER, "30099812"),
        ("Steuer-ID 86 095 742 719 bitte nicht öffentlich posten", OTHER, "86 095 742 719"),
        ("Deine Rundfunkbeitragsnummer 771 204 wird geprüft", OTHER, "771 204"),
        ("LL-OLLIE-7F2C is one use only", OTHER, "LL-OLLIE-7F2C"),
        ("The licence for seat 3 is 7XK2-99QP-LM44-0B2C", OTHER, "7XK2-99QP-LM44-0B2C"),
        ("1HGCM82633A004352 is covered by the recall", OTHER, "1HGCM82633A004352"),
        ("Org ID org_88f20193c4 is over its limit", OTHER, "org_88f20193c4"),
        ("set up from 40-47-84, 70872490", OTHER, "40-47-84, 70872490"),
        ("your passcode's locked; temp one 774 019", OTHER, "774 019"),
        ("Das WLAN-Kennwort bei Ihnen lautet Regenwurm-1987", OTHER, "Regenwurm-1987"),
    ],
)
def test_a_number_of_one_person_is_held(text: str, datum: Datum, number: str) -> None:
    assert found(text) == [(datum, number)]


@pytest.mark.parametrize(
    "text",
    [
        "Modell WH-1000XM5 kostet 349,00 €",
        "Fehlercode E-1042-77 heißt: Wasser fehlt",
        "Version 12.4.1 (Build 20240817)",
        "ICE 1537, Wagen 12, Gleis 4, dann Flug LH 1204",
        "§ 312g BGB, Art. 17 DSGVO, Abs. 2",
        "HRB 98765, USt-IdNr. DE 999 999 998",
        "Code SPRING15 gilt für alle",
        "INC-2041 steht auf der Statusseite",
        "Charge L4471-22, MHD 11/2025",
        "CVE-2024-99418 is fixed in 4.17.2",
        "Anleitung Seite 12, Farbe RAL 7016",
        "Lieferung KW 32/33, 250 g, 30x40 cm, 9–18 Uhr, seit 1921",
        "192.168.0.1 im Browser öffnen, DNS 9.9.9.9",
        "Eine Kundennummer hat 8 Ziffern, Format: ABC-XXXX",
        "order ending in 4471, Bestellung mit der Endung -88",
        "Der Airbus D-AKAX, Baujahr 2019",
        "Das Passwort braucht 8 Zeichen, z. B. Abc123!x",
        "Störung 2024-NRW-118 ist seit 9 Uhr behoben",
        "Our LEI is 529900T8BM49AURSDO55",
        "Das Einhorn bekommst du mit EINHORN2026, wie alle anderen auch",
        "Schaltauge Nr. 4177-77 sollte passen",
        "Der Filter 0201-4471-88 passt nicht mehr",
        "The gasket 07700-900123 is back in May",
        "Bedingungen AVB-H 2025, Ziffer 7.4",
        "Bands B3/B7/B20",
    ],
)
def test_a_number_for_everybody_passes(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["FK 2024 88123 ist raus", "fk202488123", "Kunde 447 1902", "K4471902?"])
def test_what_is_known_of_the_customer_is_held_in_any_notation(text: str) -> None:
    assert kinds(text) in ({ORDER}, {CUSTOMER})


def test_a_longer_number_is_not_the_known_one() -> None:
    known = Known(order_numbers=("4009871123",))
    assert found("EAN 4009871123456, Farbe 0421", BRAND, known) == []
    assert found("4009871123 ist raus", BRAND, known) == [(ORDER, "4009871123")]
