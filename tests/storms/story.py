"""What comes in while the storm blows: people who write several times about one thing, sometimes with a file, correct themselves, and bring poison."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LONGEST = 1_000
"""Characters of a message that the organisations of the storms take at most."""
EVERY = 25
"""One in so many people brings a record that is refused for good, of each kind."""


class Poison(StrEnum):
    """What is wrong with a person's records: what the organisation requires, how long a text is, what a picklist offers."""

    NONE = ""
    REQUIRED = "no address"
    TOO_LONG = "a long story"
    PICKLIST = "by fax"


@dataclass(slots=True)
class Story:
    """Messages as they come in, wave by wave, and what must stand in the end."""

    waves: list[list[dict[str, Any]]] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=dict)
    """Person → texts as they were last corrected, in the order in which they were said."""
    poison: dict[str, Poison] = field(default_factory=dict)
    """Person → what of theirs is refused."""
    files: dict[str, str] = field(default_factory=dict)
    """Text as it was last corrected → name of the file that comes with it."""

    def of(self, poison: Poison) -> list[str]:
        """Return the people with this poison."""
        return [person for person, found in self.poison.items() if found is poison]

    def attached(self) -> list[str]:
        """Return the names of the files that must hang on what stands."""
        return [self.files[text] for texts in self.standing() for text in texts if text in self.files]

    def standing(self) -> list[list[str]]:
        """Return for each case that must stand its texts, in order."""
        return [
            [text for text in texts if len(text) <= LONGEST]
            for person, texts in self.said.items()
            if self.poison[person] is not Poison.PICKLIST
        ]


def tell(people: int, waves: int, *, each: int = 3, seed: int) -> Story:
    """Tell how ``people`` write ``each`` messages, every one about a matter of their own; one in eight is corrected later."""
    chance = random.Random(seed)
    story = Story([[] for _ in range(waves)])
    for number in range(people):
        person = f"w{number}"
        story.poison[person], story.said[person] = _poison(number), []
        for index, wave in enumerate(sorted(chance.choices(range(waves), k=each))):
            _say(story, person, f"{person}-{index}", wave, chance)
    return story


def _poison(number: int) -> Poison:
    kinds = dict(enumerate((Poison.REQUIRED, Poison.TOO_LONG, Poison.PICKLIST), 4))
    return kinds.get(number % EVERY, Poison.NONE)


def _say(story: Story, person: str, native_id: str, wave: int, chance: random.Random) -> None:
    """Let somebody write a message, and maybe correct it later."""
    poison, texts = story.poison[person], story.said[person]
    place = len(texts)
    document: dict[str, Any] = {
        "id": native_id,
        "network": "fax" if poison is Poison.PICKLIST else "whatsapp",
        "kind": "direct",
        "thread": person,
        "author": {"id": person, "name": f"Kim Number {person}"},
        "text": f"{native_id}: the router is down again, please help.",
        "sent_at": (BEGIN + timedelta(minutes=wave, milliseconds=place)).isoformat(),
    }
    if poison is not Poison.REQUIRED:
        document["author"]["email"] = f"{person}@customers.example"
    if poison is Poison.TOO_LONG and place == 1:
        document["text"] += " And another thing." * 60
    if chance.random() < 0.1:
        document["attachments"] = [{"path": f"{native_id}.txt"}]
    texts.append(document["text"])
    story.waves[wave].append(document)
    if chance.random() < 0.125:
        later = chance.randrange(wave, len(story.waves))
        texts[place] = f"{document['text']} (Corrected.)"
        edited_at = (BEGIN + timedelta(minutes=later, seconds=30)).isoformat()
        story.waves[later].append(document | {"text": texts[place], "edited_at": edited_at})
    if "attachments" in document:
        story.files[texts[place]] = document["attachments"][0]["path"]
