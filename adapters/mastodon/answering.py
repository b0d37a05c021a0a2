"""How an answer is written there: whom it names, who sees it, how its characters are counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.mastodon.parse import PUBLIC
from bridge.html_text import text_of

if TYPE_CHECKING:
    from adapters.mastodon.entities import Counting, Status
    from adapters.mastodon.settings import MastodonSettings
    from bridge.nouns import Action

_MENTION = re.compile(r"(?<![\w/@.])@(\w+(?:[.-]\w+)*(?:@[\w-]+(?:\.[\w-]+)*)?)")
_ADDRESS = re.compile(r"https?://\S+")


def addressed(status: Status) -> str:
    """Return the name under which the customer is told of an answer: the new one of somebody who moved."""
    return (status.account.moved or status.account).acct


def written(action: Action, status: Status) -> str:
    """Return the text to post: a reply alone tells nobody, only a name in it does."""
    acct = addressed(status)
    named = {name.lower() for name in _MENTION.findall(action.text)}
    return action.text if acct.lower() in named else f"@{acct} {action.text}"


def others_named(action: Action, status: Status) -> list[str]:
    """Return who else than the customer an answer names."""
    customer = {status.account.acct.lower(), addressed(status).lower()}
    return sorted({name for name in _MENTION.findall(action.text) if name.lower() not in customer})


def longest(action: Action, status: Status, settings: MastodonSettings, counting: Counting) -> int:
    """Return how many characters the agent's text may have, given the addresses in it: each counts as a fixed number.

    What the server counts otherwise it counts lower: signs of several characters, and names without their server.
    """
    form = form_of(action, status, settings)
    counted = _ADDRESS.sub("x" * counting.characters_reserved_per_url, form["status"])
    return counting.max_characters - len(counted) - len(form.get("spoiler_text", "")) + len(action.text)


def visibility(action: Action, status: Status, settings: MastodonSettings) -> str:
    """Return who sees the answer: never more people than see the customer's post.

    Followers of the customer are not those of the brand, so that what was said to followers is answered directly.
    """
    if not action.public or status.visibility not in PUBLIC:
        return "direct"
    return "unlisted" if settings.answer_in_public == "unlisted" else status.visibility


def form_of(action: Action, status: Status, settings: MastodonSettings) -> dict[str, str]:
    """Return an answer as it is posted."""
    form = {
        "status": written(action, status),
        "in_reply_to_id": status.id,
        "visibility": visibility(action, status, settings),
    }
    if status.language:
        form["language"] = status.language
    if settings.keep_warning and status.spoiler_text:
        form["spoiler_text"] = status.spoiler_text
    return form


def same_words(action: Action, posted: Status) -> bool:
    """Tell whether a post of ours says what an answer says; names and the looks of addresses differ by server."""
    return posted.in_reply_to_id == action.reply_to and _words(text_of(posted.content)) == _words(action.text)


def _words(text: str) -> str:
    bare = _MENTION.sub("", text)
    return "".join(sign for sign in bare if sign.isalnum()) or "".join(bare.split())
