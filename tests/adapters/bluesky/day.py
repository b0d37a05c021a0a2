"""A day of a brand on a real Bluesky network: everybody speaks, agents answer, some think better of it.

It is played once; each test looks at what one of them went through.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.adapters.bluesky.shop import HOLD, Shop, open_shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.bluesky import Network, Somebody

SENTENCE = "Dein Päckchen 📦 ist unterwegs, @{}, siehe https://parcels.example/1 #paket. "
LONG = 6
"""Sentences that are too many for one post."""
CLOSED = {
    "jan": "the customer's message was deleted",
    "kim": "the author has blocked this account",
    "lea": "the author lets only some people reply",
    "max": "the customer's message was deleted",
}
"""Customers who cannot be answered any more when the answer is due, and why: max has left the network."""


@dataclass
class Day:
    """Who was there, and what they said."""

    shop: Shop
    people: dict[str, Somebody] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    """Who → address of the post with which they began."""
    posted: str = ""
    """A post of the brand's own."""
    hidden: list[str] = field(default_factory=list)
    """What was hidden in the thread of that post at noon."""
    quins_answer: list[dict[str, Any]] = field(default_factory=list)
    """The posts of an answer before it was taken back."""

    def says(self, who: str, text: str, **more: Any) -> str:  # noqa: ANN401 - as the network's says
        """Let somebody say something; the first time is remembered."""
        if who not in self.people:
            self.people[who] = self.shop.network.person(who)
        if (
            "to" in more
        ):  # the network takes in the posts of several people at once, and tells nobody of replies to what it has not yet
            self.shop.network.settle()
        uri = self.people[who].says(text, **more)
        self.said.setdefault(who, uri)
        return uri

    def asks(self, who: str, text: str = "where is my parcel?", **more: Any) -> str:  # noqa: ANN401 - as the network's says
        """Let somebody ask the brand."""
        return self.says(who, f"@{self.shop.brand.handle} {who}: {text}", mentions=self.shop.brand, **more)

    def below(self, who: str) -> list[dict[str, Any]]:
        """Return what stands below somebody's first post, as they see it."""
        return self.people[who].sees_below(self.said[who])

    def case(self, who: str) -> str:
        """Return the case of what somebody asked."""
        found = [ref for ref, told in self.shop.cases().items() if any(f"{who}:" in text for text, _ in told)]
        assert len(found) == 1, (who, found)
        return found[0]


def play(folder: Path, network: Network) -> Day:
    """Let the day pass."""
    shop = open_shop(folder / "shop", network, search='["klabauterbox"]', split="true")
    shop.brand.call("app.bsky.notification.putPreferences", {"priority": True})
    shop.sync()
    day = Day(shop)
    _people_speak(day)
    shop.sync()
    _agents_answer(day, folder)
    _people_go_on(day)
    shop.sync()
    _doors_close(day)
    shop.clock.forward(timedelta(seconds=HOLD + 1))
    shop.sync()
    _agents_take_back(day)
    shop.sync()
    shop.clock.forward(timedelta(seconds=HOLD + 1))
    shop.sync()
    shop.sync()
    return day


def _people_speak(day: Day) -> None:
    brand = day.shop.brand
    day.says("ada", f"Grüße @{brand.handle}, ada: where is my parcel?", mentions=brand)
    day.posted = brand.says("Every parcel in a day!")
    brand.says("On its way, Ben!", to=day.asks("ben"))
    root = day.says("cem", "What do you all do on Sunday?")
    asked = day.asks("dora", "waiting for a parcel", to=root)
    day.says("emil", "emil: mine is late, too: parcel 7", to=brand.says("Which parcel?", to=asked))
    day.says("finn", "finn: ha! Where is mine?", quotes=day.posted)
    day.says("gita", "gita: is the parcel of a klabauterbox always broken?")
    day.says("gita", "What a day")
    for who in ("hugo", "iris", "nora", "quin", "rosa", *CLOSED):
        day.asks(who)
    oda = day.people["oda"] = day.shop.network.person("oda")
    picture = {"image": oda.uploads(png(), "image/png"), "alt": "A crumpled parcel"}
    day.asks("oda", "look at my parcel", embed={"$type": "app.bsky.embed.images", "images": [picture]})
    day.says("pia", "pia: parcels for free at https://spam.example", to=day.posted)


def _agents_answer(day: Day, folder: Path) -> None:
    label = folder / "Return_label.png"
    label.write_bytes(png())
    names = {who: day.people[who].handle for who in ("nora", "quin")}
    words = {
        **{who: f"On its way, {who}!" for who in CLOSED},
        **{who: SENTENCE.format(handle) * LONG for who, handle in names.items()},
        "ada": "On its way, see https://parcels.example/1. Übrigens: danke!",
        "oda": "#like Here is a label for a new one",
        "pia": "#hide",
        "rosa": "It has arrived, has it not?",
    }
    cases = {who: day.case(who) for who in words}
    with day.shop.agent() as agent:
        for who, text in words.items():
            agent.reply(cases[who], text, attach=[label] if who == "oda" else [])


def _people_go_on(day: Day) -> None:
    hours_slow = (datetime.now(UTC) - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    day.said["hugo, late"] = day.asks("hugo", "and parcel two", at=hours_slow)
    day.people["iris"].is_called(f"new-{day.people['iris'].handle}")


def _doors_close(day: Day) -> None:
    day.asks("iris", "and my other parcel?")
    day.people["jan"].deletes(day.said["jan"])
    day.people["kim"].blocks(day.shop.brand)
    day.people["lea"].lets_nobody_reply(day.said["lea"])
    day.people["max"].leaves()
    day.shop.brand.says("It stands at the neighbours', Rosa!", to=day.said["rosa"])


def _agents_take_back(day: Day) -> None:
    day.hidden = day.people["pia"].sees(day.posted)["threadgate"]["record"]["hiddenReplies"]
    day.quins_answer = day.below("quin")
    cases = {who: day.case(who) for who in ("pia", "quin")}
    with day.shop.agent() as agent:
        agent.reply(cases["pia"], "#unhide")
        agent.reply(cases["quin"], "#delete")


def png() -> bytes:
    """Return an image of one grey pixel."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    told = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(told)
