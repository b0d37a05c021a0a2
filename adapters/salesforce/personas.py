"""SocialPersona and SocialPost: whom and what Social Customer Service has kept, read to take it over."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.salesforce.looking import by_field
from adapters.salesforce.org import PERSONA, POST
from bridge.nouns import Shown, Thing
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from adapters.salesforce.org import Org

_NETWORKS: Mapping[str, str] = {"InstagramBusiness": "instagram"}
"""Provider → our word for the network, where it is not the same word in small letters."""


def fields(org: Org) -> list[str]:
    """Return the fields to read; our key among them where we write personas ourselves."""
    written = PERSONA in org.of(Thing.PROFILE)
    return [
        "Id",
        "IsDeleted",
        "ParentId",
        "Provider",
        "ExternalId",
        "Name",
        *([org.key_field(PERSONA)] if written else []),
    ]


def network(provider: str) -> str:
    """Return our word for a provider."""
    return _NETWORKS.get(provider) or normalise.network(provider)


def of_people(org: Org, refs: Collection[str]) -> dict[str, tuple[Shown, ...]]:
    """Return what the personas of each person show; what we wrote ourselves shows nothing new."""
    found: dict[str, list[Shown]] = defaultdict(list)
    for row in by_field(org, PERSONA, fields(org), "ParentId", refs):
        if not row["IsDeleted"] and not row.get(org.key_field(PERSONA)):
            found[row["ParentId"]] += shown(row)
    return {ref: tuple(each) for ref, each in found.items()}


@dataclass(frozen=True, slots=True)
class Post:
    """A post in a case: where it stands on its network, and whose it is in the org."""

    at: str
    url: str
    key: str
    """``network//id`` as a message's key is, empty without an id."""
    person: str


def posts_of(org: Org, cases: Collection[str]) -> dict[str, list[Post]]:
    """Return the posts that stand in each case."""
    found: dict[str, list[Post]] = defaultdict(list)
    if not cases or not org.has(POST):
        return found
    names = ["ParentId", "IsDeleted", "CreatedDate", "PostUrl", "Provider", "ExternalPostId", "PersonaId", "WhoId"]
    rows = [row for row in by_field(org, POST, names, "ParentId", cases) if not row["IsDeleted"]]
    authors = {row["PersonaId"] for row in rows if row["PersonaId"]}
    parents = {row["Id"]: row["ParentId"] for row in by_field(org, PERSONA, ["Id", "ParentId"], "Id", authors)}
    for row in rows:
        key = f"{network(row['Provider'] or '')}//{row['ExternalPostId']}" if row["ExternalPostId"] else ""
        person = row["WhoId"] or parents.get(row["PersonaId"]) or ""
        found[row["ParentId"]].append(Post(row["CreatedDate"], row["PostUrl"] or "", key, person))
    return found


def shown(row: Mapping[str, Any]) -> list[Shown]:
    """Return the id and the handle that a persona has on its network."""
    where = network(row["Provider"] or "")
    told = [normalise.uid(where, "", row["ExternalId"] or ""), normalise.handle(where, row["Name"] or "")]
    return [Shown(identifier=each, relation=Relation.CRM) for each in told if each is not None]
