"""The errors of simple-salesforce and requests become ours, here and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError

from adapters.salesforce.wording import entries, said
from bridge.errors import AuthError, BudgetSpent, CasebridgeError, ConfigError, RateLimited, Transient

if TYPE_CHECKING:
    from datetime import datetime

    from simple_salesforce.exceptions import SalesforceError

REST = 60.0
"""Seconds to leave the org alone when too many long calls run; Salesforce names no time."""
ASK_AGAIN = timedelta(hours=1)
"""When to look at a spent daily allowance again: it is a rolling window of 24 hours without a date."""
_ANSWERED_FOR_SURE = frozenset({"SERVER_UNAVAILABLE", "QUERY_TIMEOUT"})
_RIGHTS = frozenset(
    {"INSUFFICIENT_ACCESS", "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "FUNCTIONALITY_NOT_ENABLED"}
)


class Lost(Transient):
    """No answer that says whether it was done: a write is to be looked up, a read may be repeated."""


class Declined(CasebridgeError):
    """Salesforce read the call and will not do it; ``faults`` is the error body. Concerns records, not the org."""

    def __init__(self, status: int, content: object) -> None:
        """Keep the body's entries."""
        self.status = status
        self.faults = entries(content)
        self.said = said(self.faults[0])
        super().__init__(f"Salesforce declined ({status} {self.said.code}): {self.said.message}")


def translated(  # noqa: PLR0911 - one line a meaning
    error: SalesforceError | requests.RequestException, now: datetime, *, spent: bool
) -> CasebridgeError:
    """Return our error for one of theirs; nothing of an address or a header goes along.

    ``spent``: the org's last answer said that all calls of the day are used.
    """
    if isinstance(error, requests.RequestException):
        return unreachable(error)
    declined = Declined(error.status, error.content)
    code, message = declined.said.code, declined.said.message
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limited(message, now, spent=spent)
    if code in _RIGHTS and error.status == 403:
        return ConfigError(
            f"The integration user may not use the API ({code}): tick API Enabled in Setup > Permission Sets > Casebridge > System Permissions."
        )
    if error.status == 401:
        return AuthError(
            "Salesforce does not accept the session; sign in anew: compare the credentials in the settings."
        )
    if error.status == 503 or code in _ANSWERED_FOR_SURE:
        return Transient(f"Salesforce is not available at the moment ({error.status} {code}).")
    if error.status >= 500:
        return Lost(f"Salesforce failed without saying what it had done ({error.status}).")
    return declined


def unreachable(error: requests.RequestException) -> Transient:
    """Return whether it is known that nothing arrived, or nothing is known."""
    name = type(error).__name__
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.exceptions.SSLError):
        return Transient("The certificate of the Salesforce address is not valid here: check url, proxy and clock.")
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError)) or isinstance(
        reason, (NewConnectionError, NameResolutionError)
    ):
        return Transient(f"Salesforce cannot be reached ({name}): check url and network.")
    return Lost(f"The connection to Salesforce broke off before the answer ({name}).")


def _limited(message: str, now: datetime, *, spent: bool) -> CasebridgeError:
    if spent:
        text = "The org's API calls of 24 hours are used up, by everybody: Setup > Company Information shows them."
        return BudgetSpent(text, until=now + ASK_AGAIN)
    return RateLimited(f"Salesforce asks for a rest: {message}", retry_after=REST)
