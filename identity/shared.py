"""Which values stand for more than one person: by their form, or by who shows them. Pure functions of the evidence."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from identity import names
from identity.mailboxes import at_domain, disposable, placeholder, relay, role_mailbox
from identity.model import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from identity.model import Evidence, Identifier, Vertex
    from identity.policy import IdentityPolicy

_MAIL = frozenset({IdentifierKind.EMAIL, IdentifierKind.EMAIL_FOLDED})


def blocked(identifier: Identifier, policy: IdentityPolicy, decided: Collection[str] = ()) -> str:
    """Return why this value never links, whoever shows it; empty if it may. ``decided``: operands of BLOCK decisions."""
    if decided and str(identifier) in decided:
        return "blocked by a person"
    if policy.blocked_identifiers and str(identifier) in policy.blocked_identifiers:
        return "blocked by the policy"
    return _bad_mailbox(identifier.value, policy) if identifier.kind in _MAIL else ""


def _bad_mailbox(address: str, policy: IdentityPolicy) -> str:
    if role_mailbox(address, policy.extra_role_locals):
        return "mailbox of an office"
    if at_domain(address, policy.own_domains):
        return "mailbox of the company itself"
    if disposable(address):
        return "throw-away mailbox"
    if relay(address):
        return "relay address"
    return "placeholder" if placeholder(address) else ""


def shared(
    identifier: Identifier,
    sightings: Sequence[Evidence],
    crowd: int,
    vertices: Mapping[str, Vertex],
    policy: IdentityPolicy,
) -> str:
    """Return why so many different vertices show this value that it links nobody; empty if it may link.

    ``sightings`` is the strongest linking evidence of each vertex, ``crowd`` the number of all vertices that show
    the value in a relation of ``LINKING``. Echoes count in the crowd only.
    """
    if crowd > policy.max_vertices_per_value:
        return f"on more than {policy.max_vertices_per_value} accounts and records"
    own = [seen for seen in sightings if not vertices[seen.vertex].echo]
    return (
        _too_many_people(identifier, own, vertices, policy)
        or _too_many_rows(own, vertices, policy.max_rows_per_value)
        or _too_many_accounts(own, vertices, policy.max_accounts_per_value)
    )


def epochs(sightings: Iterable[Evidence], vertices: Mapping[str, Vertex], policy: IdentityPolicy) -> dict[str, int]:
    """Return the owner (0 first) that each vertex's sighting of a phone number belongs to.

    A new owner begins where a name that fits nobody before shows up long after everybody before was last seen.
    """
    gap = timedelta(days=30 * policy.recycled_after_months)
    timed = sorted((s.first_seen, s.vertex, s.last_seen or s.first_seen) for s in sightings if s.first_seen)
    found: dict[str, int] = {}
    owners: list[list[str]] = [[]]
    last: datetime | None = None
    for first, vertex, until in timed:
        called = _called(vertices[vertex])
        if last and first > last + gap and _nobody_of(called, owners[-1]):
            owners.append([])
        owners[-1].extend(called)
        last = max(last or until, until)
        found.setdefault(vertex, len(owners) - 1)
    for seen in sightings:
        found.setdefault(seen.vertex, _fitting(_called(vertices[seen.vertex]), owners))
    return found


def people(texts: Iterable[str], differ: Callable[[str, str], bool], *, most: int) -> list[str]:
    """Return names that stand for different people, names in full first; stops after ``most``."""
    found: list[str] = []
    for text in sorted(set(texts), key=lambda text: (not names.in_full(text), text)):
        if names.parse(text) and all(differ(text, other) for other in found):
            found.append(text)
            if len(found) > most:
                break
    return found


def incompatible(one: str, other: str) -> bool:
    """Tell whether two names cannot be one person's."""
    return not names.compatible(one, other)


def dissimilar(one: str, other: str) -> bool:
    """Tell whether two names cannot be one person's, even if a finger slipped."""
    return not names.similar(one, other)


def _called(vertex: Vertex) -> list[str]:
    return [text for text in vertex.names if names.parse(text)]


def _nobody_of(called: list[str], owner: list[str]) -> bool:
    return bool(called) and bool(owner) and all(incompatible(a, b) for a in called for b in owner)


def _fitting(called: list[str], owners: list[list[str]]) -> int:
    """Return the latest owner of a compatible name for a sighting without a time, else the present one."""
    fitting = [i for i, owner in enumerate(owners) if called and owner and not _nobody_of(called, owner)]
    return fitting[-1] if fitting else len(owners) - 1


def _too_many_people(
    identifier: Identifier, own: Sequence[Evidence], vertices: Mapping[str, Vertex], policy: IdentityPolicy
) -> str:
    if identifier.kind is IdentifierKind.PHONE:
        most, owner_of = policy.max_people_per_phone, epochs(own, vertices, policy)
    elif identifier.kind in _MAIL:
        most, owner_of = policy.max_people_per_email, {}
    else:
        return ""
    by_owner: defaultdict[int, list[str]] = defaultdict(list)
    for seen in own:
        by_owner[owner_of.get(seen.vertex, 0)].extend(vertices[seen.vertex].names)
    if any(len(people(texts, names.different_people, most=most)) > most for texts in by_owner.values()):
        return f"shown by more than {most} different people"
    return ""


def _too_many_rows(own: Sequence[Evidence], vertices: Mapping[str, Vertex], most: int) -> str:
    rows: defaultdict[str, set[str]] = defaultdict(set)
    for seen in own:
        if instance := vertices[seen.vertex].instance:
            rows[instance].add(seen.vertex)
    for instance, keys in sorted(rows.items()):
        texts = [text for key in keys for text in vertices[key].names]
        if len(keys) > most and len(people(texts, dissimilar, most=1)) != 1:
            return f"in more than {most} records of {instance}"
    return ""


def _too_many_accounts(own: Sequence[Evidence], vertices: Mapping[str, Vertex], most: int) -> str:
    accounts: defaultdict[str, set[str]] = defaultdict(set)
    for seen in own:
        if vertices[seen.vertex].instance is None:
            accounts[seen.vertex.partition("/")[0]].add(seen.vertex)
    for network, keys in sorted(accounts.items()):
        texts = [text for key in keys for text in vertices[key].names]
        if len(keys) > most and len(people(texts, dissimilar, most=1)) > 1:
            return f"on more than {most} accounts of {network.removeprefix('p:')}"
    return ""
