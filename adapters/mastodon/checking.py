"""Try what an account may do, and say what its server keeps from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.mastodon.errors import Missing
from adapters.mastodon.signing import SCOPES
from bridge.errors import Refused
from bridge.nouns import Account, Finding

if TYPE_CHECKING:
    from adapters.mastodon.server import Server

_POLICIES = {
    "for_not_following": "people whom the account does not follow",
    "for_not_followers": "people who do not follow the account",
    "for_new_accounts": "new accounts",
    "for_private_mentions": "strangers who write direct messages",
    "for_limited_accounts": "accounts that moderators have limited",
}


def check(server: Server) -> Account:
    """Sign in, read one page, look at rights and at the account's policy of notifications."""
    me, instance = server.me, server.instance
    server.told()
    counting = instance.configuration.statuses
    version = f" (Mastodon {instance.version})" if instance.version else ""
    findings = [
        Finding(ok=True, text=f"reads notifications on {me.host}{version}"),
        Finding(ok=True, text=f"answers have up to {counting.max_characters} characters"),
        *_rights(server),
        *_held_back(server),
    ]
    if server.client.left is not None:
        findings.append(Finding(ok=True, text=f"{server.client.left} calls are left in the server's window"))
    return Account(name=f"@{me.handle}", findings=tuple(findings))


def _rights(server: Server) -> list[Finding]:
    """Say which rights the token lacks, where the server tells them: since Mastodon 4.3."""
    told = _asked(server, "/api/v1/apps/verify_credentials")
    held = told.get("scopes")
    if not isinstance(held, list):
        return []
    missing = [scope for scope in SCOPES if scope not in held and scope.split(":")[0] not in held]
    if not missing:
        return [Finding(ok=True, text="may read, answer and like")]
    remedy = f"Sign in anew: casebridge connect {server.name}"
    return [Finding(ok=False, text=f"the token lacks {', '.join(missing)}", remedy=remedy)]


def _held_back(server: Server) -> list[Finding]:
    """Say whose words the account never hears of; what is only filtered is read all the same."""
    policy = _asked(server, "/api/v2/notifications/policy")
    dropped = [words for name, words in _POLICIES.items() if policy.get(name) == "drop"]
    if not dropped:
        return []
    text = f"the account ignores {', '.join(dropped)}: their messages never arrive"
    remedy = "Preferences > Notifications > Manage notifications from: choose Accept or Filter instead of Ignore."
    return [Finding(ok=False, text=text, remedy=remedy)]


def _asked(server: Server, path: str) -> dict[str, Any]:
    """Return what only newer servers tell."""
    try:
        answer = server.client.get(path)
    except (Missing, Refused):
        return {}
    return answer if isinstance(answer, dict) else {}
