"""Short answers of an invented brand to an invented customer, checked for personal data."""

from __future__ import annotations

from bridge.personal.check import personal_data
from bridge.personal.model import Allowed, Datum, Known

BRAND = Allowed(
    phones=("0800 5550100", "+49 30 23125 100"),
    emails=("hilfe@funkkabel.example",),
    ibans=("DE25 9148 9899 8156 9172 22",),
    links=("https://funkkabel.example",),
    addresses=("Hafenweg 22, 48155 Münster",),
    numbers=("HRB 98765",),
)
CUSTOMER = Known(
    handle="waldfee_77",
    name="Petra Ahlers-Brandt",
    address="Lindenstr. 12, 49074 Osnabrück",
    order_numbers=("FK-2024-88123",),
    customer_numbers=("K-4471902",),
)


def found(text: str, allowed: Allowed = BRAND, known: Known = CUSTOMER) -> list[tuple[Datum, str]]:
    """Return what is found in an answer, without its places."""
    return [(one.datum, one.text) for one in personal_data(text, allowed, known)]


def kinds(text: str) -> set[Datum]:
    """Return the kinds of what is found."""
    return {datum for datum, _ in found(text)}
