"""A generated forest of conversations: late, missing and crossing links, several people a thread, people on two channels."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

TEXTS = (
    "My router is down again, order {order} arrived broken. What now?",
    "Why was I charged twice for order {order}?",
    "Is the shop open on Sunday?",
    "Danke!",
    "Das Paket {order} ist immer noch nicht da. Eine Frechheit.",
    "You are great, I love the new colours",
    "Wo bleibt der Techniker?",
    "and another thing: the app crashes",
    "ok",
    "Thanks, but it still does not work",
)


def forest(messages: int, threads: int, *, seed: int = 7) -> list[dict[str, Any]]:
    """Return canonical message documents, oldest thread first; about one in twenty links leads nowhere."""
    chance = random.Random(seed)
    people = [_person(number) for number in range(max(3, threads // 2))]
    made = [message for number in range(threads) for message in _thread(chance, number, messages // threads, people)]
    return made[:messages] if len(made) >= messages else made


def _person(number: int) -> dict[str, Any]:
    return {
        "id": f"u{number}",
        "handle": f"user_{number}",
        "name": f"Kim Number{number}",
        "reach": (number * 37) % 20_000,
    }


def _thread(chance: random.Random, number: int, size: int, people: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    present = chance.sample(people, k=min(len(people), chance.choice((1, 1, 1, 2, 3, 6))))
    at = BEGIN + timedelta(minutes=chance.randrange(60 * 24 * 40))
    ids = [f"{number}-{index}" for index in range(size)]
    shape = chance.choice(("links", "links", "thread", "both", "answered_by"))
    mail = chance.random() < 0.2
    order = f"A{chance.randrange(threads_orders(len(people))):05d}"
    for index, native_id in enumerate(ids):
        at += timedelta(minutes=chance.choice((1, 5, 60, 60 * 30, 60 * 24 * 9)))
        ours = index > 0 and chance.random() < 0.3
        document: dict[str, Any] = {
            "id": native_id,
            "network": "mail" if mail else "x",
            "kind": "mail" if mail else "post" if index == 0 else "reply",
            "direction": "out" if ours else "in",
            "text": chance.choice(TEXTS).format(order=order),
            "sent_at": at.isoformat(),
        }
        if not ours:
            person = chance.choice(present)
            document["author"] = (
                {
                    "id": f"{person['handle']}@example.org",
                    "name": person["name"],
                    "email": f"{person['handle']}@example.org",
                }
                if mail
                else person
            )
        else:
            document["author"] = {"id": "brand", "handle": "brand", "name": "The Brand"}
        if shape in {"thread", "both"}:
            document["thread"] = f"t{number}"
        if shape in {"links", "both"} and index:
            document["answers"] = [_parent(chance, ids, index)]
        if shape == "answered_by" and index < size - 1:
            document["answered_by"] = [ids[index + 1]]
        if chance.random() < 0.02:
            document.setdefault("answers", []).append(native_id)
        if chance.random() < 0.02 and index < size - 1:
            document.setdefault("answers", []).append(ids[index + 1])
        yield document


def threads_orders(people: int) -> int:
    """Return how many order numbers there are: few enough that some are shared."""
    return people * 2


def _parent(chance: random.Random, ids: list[str], index: int) -> str:
    if chance.random() < 0.05:
        return f"{ids[0]}-missing-{chance.randrange(3)}"
    return ids[chance.randrange(index)]
