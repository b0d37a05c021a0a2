"""What the rules make of many further answers, which were written by class: most are judged rightly."""

from __future__ import annotations

import re
from pathlib import Path

from bridge.personal.check import personal_data
from bridge.personal.model import Allowed, Known

FILE = Path(__file__).with_name("variants.txt")
ALLOWED = Allowed(
    phones=("0800 5550100", "+49 30 23125 100"),
    emails=("hilfe@funkkabel.example", "care@brightline.example"),
    ibans=("DE25 9148 9899 8156 9172 22",),
    links=("https://funkkabel.example", "https://brightline.example"),
    addresses=("Hafenweg 22, 48155 Münster",),
    numbers=("DE98ZZZ09999999999",),
)
KNOWN = Known(handle="kabelsalat")


def judged(label: str) -> list[bool]:
    """Return for each answer with a label whether it is held."""
    texts = re.findall(rf"(?ms)^{label}\|(.*?)(?=\n[HP]\||\Z)", FILE.read_text(encoding="utf-8"))
    return [bool(personal_data(text.strip(), ALLOWED, KNOWN)) for text in texts]


def test_at_least_94_of_100_that_tell_personal_data_are_held() -> None:
    held = judged("H")
    assert len(held) > 600
    assert sum(held) >= 0.94 * len(held)


def test_at_most_3_of_100_that_tell_nothing_are_held() -> None:
    held = judged("P")
    assert len(held) > 850
    assert sum(held) <= 0.03 * len(held)
