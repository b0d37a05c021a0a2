"""What was said in cases: comments, posts and what is said below them, mails; with the files that go along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from adapters.salesforce.looking import by_field, is_id
from adapters.salesforce.people import parsed
from bridge.nouns import Actor, Answer, Attachment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapters.salesforce.org import Org

Row: TypeAlias = Mapping[str, Any]
Who: TypeAlias = Mapping[str, tuple[Actor, str]]
"""Id of a user → who that is, and the name."""
SAYING: Mapping[str, Sequence[str]] = {
    "CaseComment": ("CommentBody", "IsPublished"),
    "FeedItem": ("Body", "Visibility", "Type"),
    "FeedComment": ("CommentBody", "FeedItemId"),
    "EmailMessage": ("TextBody", "Incoming", "Status"),
}
"""Object → the field of its words, and those that tell whether the customer sees them."""
_CASES = "500"
"""How ids of cases begin."""
_SENT = "3"
_POSTS = frozenset({"TextPost", "LinkPost", "ContentPost"})
"""Posts that people write; the others repeat comments, mails and changes that are read where they are."""
_FILED = ("FeedItem", "FeedComment", "EmailMessage")
"""What files are linked to; a case comment takes none."""
_FILE = ("ContentDocument.Title", "ContentDocument.FileExtension", "ContentDocument.ContentSize")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said, as it stands now; ``stamp``: the last change of it, or of the post that it is below."""

    stamp: str
    name: str
    row: Row
    public: bool
    deleted: bool


def spoken(name: str, row: Row) -> list[Answer]:
    """Return what a changed row of an object says by itself; raises what shows that it is not as it should be."""
    _in_case(row)
    parsed(row["SystemModstamp"])
    if name == "FeedComment" and not is_id(row["FeedItemId"]):
        message = "FeedItemId is no id"
        raise ValueError(message)
    public = False if name == "FeedComment" else _shown(row) if name == "FeedItem" else _PUBLIC[name](row)
    said = Said(row["SystemModstamp"], name, row, public, bool(row["IsDeleted"]))
    return [_answer(said, {}, ())]


def sayings(org: Org, rows: Mapping[str, Sequence[Row]]) -> list[Said]:
    """Return what the changed rows of each object mean; what is below a post follows it when it is hidden or deleted."""
    posts = {row["Id"]: row for row in rows.get("FeedItem", ())}
    below = {row["Id"]: row for row in rows.get("FeedComment", ())}
    unseen = sorted({row["FeedItemId"] for row in below.values()} - set(posts))
    hidden = [ref for ref, row in posts.items() if not _shown(row)] if "FeedComment" in rows else []
    names = ["Id", "IsDeleted", "CreatedById", "CreatedDate", "SystemModstamp", "ParentId"]
    if unseen:
        posts |= {row["Id"]: row for row in by_field(org, "FeedItem", [*names, *SAYING["FeedItem"]], "Id", unseen)}
    if hidden:
        under = by_field(org, "FeedComment", [*names, *SAYING["FeedComment"]], "FeedItemId", hidden)
        below |= {row["Id"]: row for row in under}
    plain = [
        Said(row["SystemModstamp"], name, row, _PUBLIC[name](row), bool(row["IsDeleted"]))
        for name, some in rows.items()
        if name != "FeedComment"
        for row in some
    ]
    comments = [_below(row, posts.get(row["FeedItemId"])) for row in below.values()]
    return [each for each in [*plain, *comments] if _in_case(each.row)]


def answers(org: Org, said: Iterable[Said], who: Who) -> list[tuple[str, Answer]]:
    """Return them as answers with the time of their last change."""
    said = list(said)
    files = _files(org, [each.row["Id"] for each in said if each.name in _FILED and each.public and not each.deleted])
    return [(each.stamp, _answer(each, who, files.get(each.row["Id"], ()))) for each in said]


def _answer(said: Said, who: Who, files: tuple[Attachment, ...]) -> Answer:
    row = said.row
    actor, name = who.get(row["CreatedById"], (Actor.UNKNOWN, ""))
    return Answer(
        native_id=row["Id"],
        case_ref=row["ParentId"],
        at=parsed(row["CreatedDate"]),
        actor=Actor.CUSTOMER if row.get("Incoming") else actor,
        actor_name=name,
        actor_id=row["CreatedById"] or "",
        public=said.public,
        text=row[SAYING[said.name][0]] or "",
        deleted=said.deleted,
        files=files,
    )


def _below(row: Row, post: Row | None) -> Said:
    """Return a comment below a post: it is seen by whom the post is seen by, and gone with it."""
    stamps = [row["SystemModstamp"], *([post["SystemModstamp"]] if post else [])]
    public = post is not None and _shown(post)
    return Said(max(stamps), "FeedComment", row, public, bool(row["IsDeleted"] or (post and post["IsDeleted"])))


def _shown(post: Row) -> bool:
    return post["Visibility"] == "AllUsers" and post["Type"] in _POSTS and not post["IsDeleted"]


def _in_case(row: Row) -> bool:
    return str(row["ParentId"] or "").startswith(_CASES) and row.get("Type", "TextPost") in _POSTS


def _files(org: Org, refs: Sequence[str]) -> dict[str, tuple[Attachment, ...]]:
    """Return the files of what customers see, by the addresses of their documents."""
    found: dict[str, list[Attachment]] = defaultdict(list)
    names = ["IsDeleted", "LinkedEntityId", "ContentDocumentId", *_FILE]
    for row in by_field(org, "ContentDocumentLink", names, "LinkedEntityId", refs):
        document = row["ContentDocument"] or {}
        name = ".".join(filter(None, (document.get("Title"), document.get("FileExtension"))))
        url = org.client.link("ContentDocument", row["ContentDocumentId"])
        if not row["IsDeleted"]:
            found[row["LinkedEntityId"]].append(Attachment(url=url, name=name, size=document.get("ContentSize")))
    return {ref: tuple(files) for ref, files in found.items()}


_PUBLIC: Mapping[str, Callable[[Row], bool]] = {
    "CaseComment": lambda row: bool(row["IsPublished"]),
    "FeedItem": lambda row: row["Visibility"] == "AllUsers",
    "EmailMessage": lambda row: not row["Incoming"] and row["Status"] == _SENT,
}
