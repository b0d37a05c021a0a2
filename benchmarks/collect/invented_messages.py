"""Invented messages in the canonical format: about 414 bytes each, several people a thread, links, answers of the brand."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
OWN = "nordlicht_hilft"

_OPENERS = (
    "My router keeps dropping the connection every evening since Monday and nobody calls back",
    "Seit drei Tagen kein Internet, Bestellung {order}, wann passiert hier endlich etwas?",
    "Where is my parcel? Order {order} should have arrived last Thursday already",
    "Die Rechnung vom letzten Monat ist doppelt abgebucht worden, bitte erstatten",
    "Love the new tariff, setting it up took five minutes and it just works",
    "Can I take my phone number with me when I move to another city in spring?",
    "Hotline hat mich wieder vierzig Minuten warten lassen und dann aufgelegt",
    "The app says my contract ended, but I never cancelled anything at all",
)
_FOLLOW_UPS = (
    "Same here, and it has been like that for more than a week now in our street",
    "Und, gibt es schon etwas Neues? Ich warte seit gestern auf eine Antwort",
    "I sent you a direct message with the details, please have a look at it",
    "Danke, das hat geholfen, aber die Anzeige am Gerät blinkt immer noch rot",
)
_ANSWERS = (
    "Hi {name}, sorry to hear that. Please send us your customer number in a direct message. ^Mia",
    "Hallo {name}, das sehen wir uns gleich an. Magst du uns die Bestellnummer schicken? ^Jonas",
)
_FIRST = ("Anna", "Jonas", "Leyla", "Marek", "Sophie", "Tomás", "Ines", "Oskar", "Priya", "Felix")
_LAST = ("Perlhuhn", "Quittenbaum", "Wiesenthal", "Lindqvist", "Okonjo", "Brandauer", "Castellane", "Dvorak")


def write(path: Path, count: int, *, seed: int = 7) -> None:
    """Write ``count`` messages as JSON lines; the same seed gives the same file."""
    with path.open("w", encoding="utf-8") as file:
        for message in messages(count, seed=seed):
            file.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")


def messages(count: int, *, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Yield messages in the order of time: a fifth begins a thread, a quarter is the brand's own."""
    dice = random.Random(seed)  # noqa: S311 - data for a measurement
    people = max(20, count // 5)
    open_threads: list[list[int]] = []
    for number in range(count):
        if not open_threads or dice.random() < 0.2:
            open_threads = [*open_threads[-200:], [number]]
            yield _message(dice, number, thread=number, answers=None, person=_person(dice, people))
            continue
        thread = dice.choice(open_threads)
        first, parent = thread[0], dice.choice(thread[-3:])
        thread.append(number)
        own = dice.random() < 0.3
        person = None if own else dice.choice((first % people, first % people, _person(dice, people)))
        yield _message(dice, number, thread=first, answers=parent, person=person)


def _person(dice: random.Random, people: int) -> int:
    """Pick somebody; a few write dozens of messages, most write few."""
    return int(people * dice.random() ** 1.25)


def _message(
    dice: random.Random, number: int, *, thread: int, answers: int | None, person: int | None
) -> dict[str, Any]:
    texts = _OPENERS if answers is None else _ANSWERS if person is None else _FOLLOW_UPS
    name = f"{_FIRST[(person or 0) % 10]} {_LAST[(person or 0) // 10 % 8]}"
    message: dict[str, Any] = {
        "network": "x",
        "id": _id(number),
        "kind": "post" if answers is None else "reply",
        "direction": "out" if person is None else "in",
        "author": _author(person, name),
        "text": dice.choice(texts).format(order=f"NL-{100000 + thread % 900000}", name=name.split(maxsplit=1)[0]),
        "lang": "en",
        "sent_at": (START + timedelta(seconds=30 * number)).isoformat().replace("+00:00", "Z"),
        "permalink": f"https://x.example/{OWN if person is None else f'user{person}'}/status/{_id(number)}",
        "thread": _id(thread),
    }
    return message if answers is None else message | {"answers": [_id(answers)]}


def _author(person: int | None, name: str) -> dict[str, Any]:
    if person is None:
        return {"id": "9000001", "handle": OWN, "name": "Nordlicht hilft", "reach": 48210, "verified": True}
    return {"id": str(40000000 + person), "handle": f"user{person}", "name": name, "reach": person % 5000}


def _id(number: int) -> str:
    return str(1900000000000000000 + number)
