"""Raw values to identifiers: one form for what means the same, nothing for what identifies nobody.

Every function is idempotent (its own values come back unchanged) and takes any string. Raise
``NORMALISER_VERSION`` with every change of a result: stored identifiers must then be built anew.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from identity.mailboxes import folded
from identity.model import Identifier, IdentifierKind
from identity.phones import e164

NORMALISER_VERSION = 1

_NETWORKS = {"twitter": "x", "fb": "facebook", "ig": "instagram", "insta": "instagram", "yt": "youtube"}
"""Other words for a network."""

FOLDING = frozenset(
    {"bluesky", "facebook", "github", "instagram", "linkedin", "mastodon", "pinterest", "reddit", "snapchat"}
    | {"telegram", "threads", "tiktok", "x", "xing", "youtube"}
)
"""Networks whose handles mean the same in any case; elsewhere case is kept."""

_URL = re.compile(r"^(https?://|www\.)|^[a-z0-9.-]+\.[a-z]{2,}/.", re.IGNORECASE)
_ROOMS = frozenset({"profile", "in", "u", "user", "users", "c", "channel", "people", "add", "pages", "_u", "s"})
"""First parts of a profile's address that are no handle."""
_PLAIN = re.compile(r"[a-z0-9_][a-z0-9_-]*(?:[.+][a-z0-9_-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
"""Addresses that need no library to be valid; nine in ten."""
_UNSAFE = frozenset({"Cc", "Cs", "Cf"})
_LONGEST = 254


@lru_cache(maxsize=256)
def network(raw: str) -> str:
    """Return the network's one name: ``twitter`` is ``x``."""
    name = _clean(raw).casefold()
    return _NETWORKS.get(name, name)


def email(raw: str) -> list[Identifier]:
    """Return EMAIL, and EMAIL_FOLDED for providers known to ignore dots or tags; nothing for an invalid address.

    Lower case, NFKC, the domain in its ASCII form. Deliverability is not checked.
    """
    return list(_email(raw))


def phone(raw: str, region: str | None = None) -> Identifier | None:
    """Return PHONE in E.164, read as dialled in ``region`` (two letters); an extension makes another identifier."""
    value = e164(_clean(raw), region)
    return Identifier(IdentifierKind.PHONE, "", value) if value else None


@lru_cache(maxsize=16_384)  # the people of a page are asked for twice, and come again
def handle(on: str, raw: str) -> Identifier | None:
    """Return HANDLE on a network from ``@name``, ``name`` or the address of a profile."""
    where, text = network(on), _clean(raw)
    name = (_from_url(where, text) if _URL.search(text) else text).strip("@ /")
    if not name or len(name) > _LONGEST or any(sign in " /\\?#" for sign in name):
        return None
    return Identifier(IdentifierKind.HANDLE, _scope(where), _folded_case(name) if where in FOLDING else name)


def uid(on: str, scope: str, raw: str) -> Identifier | None:
    """Return a network's stable user id; ``scope`` is empty where its ids are the same for everybody."""
    where, within = network(on), _clean(scope)
    return _identifier(IdentifierKind.UID, f"{where}/{within}" if within else where, _clean(raw))


def crm_id(instance: str, raw: str) -> Identifier | None:
    """Return a record id of one CRM connection; case is kept."""
    return _identifier(IdentifierKind.CRM_ID, instance, _clean(raw))


def order(scope: str, raw: str) -> Identifier | None:
    """Return an order number of one shop, without blanks and number signs."""
    return _identifier(IdentifierKind.ORDER, scope, _number(raw))


def customer_number(scope: str, raw: str) -> Identifier | None:
    """Return a customer number of one system, without blanks and number signs."""
    return _identifier(IdentifierKind.CUSTOMER_NUMBER, scope, _number(raw))


@lru_cache(maxsize=65_536)
def _email(raw: str) -> tuple[Identifier, ...]:
    address = _address(raw)
    if not address:
        return ()
    found = [Identifier(IdentifierKind.EMAIL, "", address)]
    if mailbox := folded(address):
        found.append(Identifier(IdentifierKind.EMAIL_FOLDED, "", mailbox))
    return tuple(found)


def _address(raw: str) -> str:
    text = _folded_case(_clean(raw)).removeprefix("mailto:")
    if text.endswith(">"):
        text = text[text.rfind("<") + 1 : -1].strip()
    if len(text) > _LONGEST or text.count("@") != 1 or "." not in text.rpartition("@")[2]:
        return ""
    return text if _PLAIN.fullmatch(text) and len(text.partition("@")[0]) <= 64 else _validated(text)


def _validated(text: str) -> str:
    try:
        checked = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except (EmailNotValidError, ValueError):
        return ""
    return f"{_folded_case(checked.local_part)}@{(checked.ascii_domain or '').lower()}"


def _from_url(on: str, text: str) -> str:
    """Return the part of a profile's address that names the person; ``@user@server`` where the server matters."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return ""
    steps = [_clean(unquote(step)) for step in parts.path.split("/") if step]
    if steps and steps[0].lower() in _ROOMS:
        steps = steps[1:]
    name = steps[0] if steps else ""
    return f"{name}@{parts.netloc}" if on == "mastodon" and name.rfind("@") == 0 else name


def _identifier(kind: IdentifierKind, scope: str, value: str) -> Identifier | None:
    return Identifier(kind, _scope(scope), value) if value and len(value) <= _LONGEST else None


def _scope(raw: str) -> str:
    """Keep colons out of scopes, so that ``kind:scope:value`` can be read back."""
    return _clean(raw).replace(":", "%3A")


def _number(raw: str) -> str:
    text, before = raw, None
    while text != before:  # joining what blanks kept apart may make new signs: two or three rounds at most
        before, text = text, re.sub(r"\s+", "", _clean(text)).lstrip("#").upper()
    return text


def _clean(raw: str) -> str:
    """Return NFKC text without control signs, invisible signs and blanks around it."""
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    kept = "".join(sign for sign in raw if unicodedata.category(sign) not in _UNSAFE)
    return unicodedata.normalize("NFKC", kept).strip()


def _folded_case(text: str) -> str:
    """Lower case that stays as it is when folded again."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text.lower()).lower()
