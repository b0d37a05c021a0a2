"""Different mails with one Message-ID, as careless programs send them: all but the first get an id of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.email import mime, naming
from adapters.email.headers import ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.email.imap import Account, Mail

_TOGETHER = 25
"""Ids that are searched for in one call."""
_LONGEST = 1_000_000
"""Bytes of the first mail that are compared with another."""


def doubles(account: Account, mails: Sequence[Mail]) -> set[int]:
    """Return the UIDs of mails whose Message-ID an earlier mail of the opened folder has, with other words."""
    named: dict[str, list[Mail]] = {}
    for mail in mails:
        stated = ids(mime.read(mail.data), "Message-ID")
        if stated and naming.searchable(stated[0]) == stated[0]:
            named.setdefault(stated[0], []).append(mail)
    suspects = {id_ for id_, same in named.items() if len(same) > 1}
    every = list(named)
    for start in range(0, len(every), _TOGETHER):
        some = every[start : start + _TOGETHER]
        found = account.search(_any_of(some))
        if len(found) > sum(len(named[id_]) for id_ in some):
            suspects |= set(some)
    return {uid for id_ in suspects for uid in _different(account, id_, named[id_])}


def _any_of(some: Sequence[str]) -> list[object]:
    criteria: list[object] = ["HEADER", "Message-ID", some[-1]]
    for id_ in reversed(some[:-1]):
        criteria = ["OR", ["HEADER", "Message-ID", id_], criteria]
    return criteria


def _different(account: Account, id_: str, mails: Sequence[Mail]) -> list[int]:
    known = account.by_message_id(id_)
    first = min([*known, *(mail.uid for mail in mails)])
    held = {mail.uid: mail for mail in mails}
    original = held.get(first) or next(iter(account.mails([first], _LONGEST)), None)
    if original is None:
        return []
    print_of_first = _fingerprint(original)
    return [mail.uid for mail in mails if mail.uid != first and _fingerprint(mail) != print_of_first]


def _fingerprint(mail: Mail) -> str:
    read = mime.read(mail.data)
    return naming.fingerprint(read, mime.parts_of(read).text)
