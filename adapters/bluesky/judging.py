"""Whether a post can be answered or acted upon now: it is there, and its author lets us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.bluesky.names import MAX_BYTES, MAX_GRAPHEMES
from adapters.bluesky.shapes import obj
from adapters.bluesky.texts import fits, graphemes, room, split
from bridge.nouns import Eligibility

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.bluesky.client import Client
    from adapters.bluesky.settings import BlueskySettings
    from bridge.nouns import Action, Json

BY_HAND = "answer by hand on the network"
ELSEWHERE = "another channel of the customer"


@dataclass(frozen=True, slots=True)
class Judged:
    """The post as it is shown to us, empty if it is not, and what can be done."""

    view: Mapping[str, Json]
    eligibility: Eligibility


def cannot(reason: str, *alternatives: str, longest: int | None = None) -> Eligibility:
    """Return that something cannot be done."""
    return Eligibility(can=False, reason=reason, alternatives=alternatives, max_length=longest)


def post(client: Client, uri: str) -> Judged:
    """Look at a post and its author: deleted, hidden from us, or there."""
    view: dict[str, Any] = client.posts([uri]).get(uri, {}) if uri.startswith("at://") else {}
    author = obj(view, "author", "viewer")
    if not view:
        return Judged(view, _not_shown(client, uri))
    if author.get("blockedBy"):
        return Judged(view, cannot("the author has blocked this account", ELSEWHERE))
    if author.get("blocking") or author.get("blockingByList"):
        return Judged(view, cannot("this account has blocked the author", "unblock the author in the app", ELSEWHERE))
    return Judged(view, Eligibility(can=True))


def reply(client: Client, settings: BlueskySettings, action: Action) -> Judged:
    """Look whether a post can be answered with this text; an empty one asks beforehand."""
    judged = post(client, action.reply_to)
    if not judged.eligibility.can:
        return judged
    if obj(judged.view, "viewer").get("replyDisabled"):
        reason = "the author lets only some people reply, and this account is none of them"
        return Judged(judged.view, cannot(reason, "quote the post in the app", ELSEWHERE))
    return Judged(judged.view, length(settings, action.text))


def length(settings: BlueskySettings, answer: str) -> Eligibility:
    """Look whether a text fits into one post, or into several where it may be split."""
    parts = settings.split_posts if settings.split else 1
    longest = MAX_GRAPHEMES * parts
    if (
        not split(answer, MAX_GRAPHEMES, MAX_BYTES, parts)
        if settings.split
        else not fits(answer, MAX_GRAPHEMES, MAX_BYTES)
    ):
        counted = f"the text has {graphemes(answer)} characters in {len(answer.encode('utf-8', 'replace'))} bytes"
        return cannot(f"{counted}, {longest} in {MAX_BYTES * parts} are allowed", "a shorter text", longest=longest)
    return Eligibility(can=True, max_length=max(room(answer, longest), len(answer)))


def _not_shown(client: Client, uri: str) -> Eligibility:
    if uri.startswith("at://") and client.record(uri) is not None:
        return cannot("the author has blocked this account, or the account was suspended or deactivated", ELSEWHERE)
    return cannot("the post was deleted, or its author's account was", ELSEWHERE)
