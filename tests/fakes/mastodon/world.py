"""The people and posts of a pretend Mastodon server, and what people do there."""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.clock import Clock

_MENTION = re.compile(r"(?<![\w/])@(\w+(?:@[\w.-]+\w)?)")


@dataclass(slots=True)
class Post:
    """What stands there; ``seen`` are the ids of those who may read it beside its author, if it is not for all."""

    id: str
    author: str
    text: str
    visibility: str
    at: datetime
    reply_to: str = ""
    spoiler: str = ""
    language: str = "de"
    edited: datetime | None = None
    named: list[str] = field(default_factory=list)
    favourited_by: set[str] = field(default_factory=set)
    more: dict[str, Any] = field(default_factory=dict)
    """Further fields as they are shown: files, a poll, a quote."""


@dataclass(slots=True)
class Notice:
    """What an account is told; ``filtered`` by its policy."""

    id: str
    to: str
    type: str
    by: str
    post: str
    at: datetime
    filtered: bool = False
    broken: bool = False


class World:
    """One server with people of its own and people elsewhere."""

    def __init__(self, clock: Clock, domain: str = "social.example") -> None:
        """Begin empty."""
        self.clock, self.domain = clock, domain
        self.accounts: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, Post] = {}
        self.notices: list[Notice] = []
        self.blocks: set[tuple[str, str]] = set()
        """Who has blocked whom."""
        self._numbers = itertools.count(110_000_000_000_001)

    def number(self) -> str:
        """Return the next id: later ones are greater."""
        return str(next(self._numbers))

    def person(self, acct: str, name: str = "", **fields: Any) -> str:  # noqa: ANN401 - fields of any type
        """Let somebody have an account; returns its id here."""
        id_, (user, _, where) = self.number(), acct.partition("@")
        where = where or self.domain
        self.accounts[id_] = {
            "id": id_,
            "username": user,
            "acct": acct,
            "display_name": name,
            "uri": f"https://{where}/users/{user}",
            "url": f"https://{where}/@{user}",
            "note": "",
            "fields": [],
            "followers_count": 12,
            "bot": False,
            "locked": False,
            **fields,
        }
        return id_

    def say(
        self,
        author: str,
        text: str,
        *,
        visibility: str = "public",
        reply_to: str = "",
        filtered: bool = False,
        **more: Any,  # noqa: ANN401 - fields of any type
    ) -> str:
        """Let somebody post; whoever is named is told. Returns the post's id."""
        post = Post(self.number(), author, text, visibility, self.clock.now(), reply_to)
        for name in ("spoiler", "language"):
            setattr(post, name, more.pop(name, getattr(post, name)))
        post.more = more
        self.posts[post.id] = post
        self._name(post, filtered=filtered)
        return post.id

    def tell(self, to: str, type_: str, by: str, post: str, *, broken: bool = False) -> None:
        """Let an account be told of something."""
        self.notices.append(Notice(self.number(), to, type_, by, post, self.clock.now(), broken=broken))

    def edit(self, id_: str, text: str) -> None:
        """Let an author change a post."""
        post = self.posts[id_]
        post.text, post.edited = text, self.clock.now()
        self._name(post, filtered=False)

    def delete(self, id_: str) -> None:
        """Let an author delete a post: what told of it goes with it."""
        del self.posts[id_]
        self.notices = [notice for notice in self.notices if notice.post != id_]

    def move(self, old: str, new: str) -> None:
        """Let somebody go to another account."""
        self.accounts[old]["moved"] = self.accounts[new]

    def readable(self, id_: str, viewer: str) -> Post | None:
        """Return a post if somebody may read it."""
        post = self.posts.get(id_)
        if post is None or (post.author, viewer) in self.blocks:
            return None
        open_to_all = post.visibility in ("public", "unlisted")
        return post if open_to_all or viewer in (post.author, *post.named) else None

    def shown(self, post: Post, viewer: str) -> dict[str, Any]:
        """Return a post as the API shows it."""
        author = self.accounts[post.author]
        return {
            "id": post.id,
            "uri": f"{author['uri']}/statuses/{post.id}",
            "url": f"{author['url']}/{post.id}",
            "created_at": stamp(post.at),
            "edited_at": stamp(post.edited) if post.edited else None,
            "account": author,
            "content": self._html(post.text),
            "visibility": post.visibility,
            "spoiler_text": post.spoiler,
            "sensitive": bool(post.spoiler),
            "language": post.language,
            "in_reply_to_id": post.reply_to or None,
            "mentions": [{name: self.accounts[id_][name] for name in ("id", "acct", "url")} for id_ in post.named],
            "media_attachments": [],
            "poll": None,
            "reblog": None,
            "favourited": viewer in post.favourited_by,
            **post.more,
        }

    def _name(self, post: Post, *, filtered: bool) -> None:
        """Find whom a post names, and tell those who were not told of it."""
        by_acct = {account["acct"]: id_ for id_, account in self.accounts.items()}
        by_acct |= {f"{acct}@{self.domain}": id_ for acct, id_ in by_acct.items() if "@" not in acct}
        post.named = list(dict.fromkeys(by_acct[name] for name in _MENTION.findall(post.text) if name in by_acct))
        told = {notice.to for notice in self.notices if notice.post == post.id and notice.type == "mention"}
        for id_ in post.named:
            if id_ not in told and id_ != post.author and (id_, post.author) not in self.blocks:
                notice = Notice(self.number(), id_, "mention", post.author, post.id, self.clock.now(), filtered)
                self.notices.append(notice)

    def _html(self, text: str) -> str:
        """Return a text as Mastodon renders it: names without their server, addresses cut for the eye."""

        def name(found: re.Match[str]) -> str:
            user, _, where = found[1].partition("@")
            address = f"https://{where or self.domain}/@{user}"
            return f'<span class="h-card"><a href="{address}" class="u-url mention">@<span>{user}</span></a></span>'

        def address(found: re.Match[str]) -> str:
            scheme, rest = found[0].split("://", 1)
            cut = f'<span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span>'
            return f'<a href="{found[0]}" rel="nofollow"><span class="invisible">{scheme}://</span>{cut}</a>'

        escaped = _MENTION.sub(name, re.sub(r"https?://[^\s<]+", address, html.escape(text, quote=False)))
        return "".join(f"<p>{each.replace(chr(10), '<br />')}</p>" for each in escaped.split("\n\n"))


def stamp(at: datetime) -> str:
    """Return a time as Mastodon writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
