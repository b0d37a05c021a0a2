"""Errors, named for what happens next. Vendor exceptions become these at the adapter's edge.

CasebridgeError
├── ConfigError        stop; one sentence; no traceback               exit 2
├── AuthError          stop this connection; say how to renew         exit 3
├── Transient          try again later; nothing is lost               exit 4
│   ├── RateLimited    … not before ``retry_after`` seconds
│   └── Uncertain      … once it was looked whether it has been done
├── BudgetSpent        wait until ``until``                           exit 6
├── Refused            set this record aside; go on                   exit 1
├── Unsupported        the system cannot; here is the manual step     exit 1
├── StoreBusy          another sync holds the store                   exit 5
└── Halted             a brake or a pause stopped it                  exit 6
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from bridge.nouns import Share

if TYPE_CHECKING:
    from datetime import datetime


class Exit(IntEnum):
    """Exit codes of the command line; when several apply, ``worst`` picks one."""

    OK = 0
    SET_ASIDE = 1
    CONFIG = 2
    CREDENTIALS = 3
    UNREACHABLE = 4
    BUSY = 5
    HALTED = 6
    UNBALANCED = 7
    OWN_FAULT = 70


def worst(*codes: int) -> Exit:
    """Return the most severe exit code; severity grows with the number."""
    return Exit(max(codes, default=Exit.OK))


class CasebridgeError(Exception):
    """Anything Casebridge says to a person; ``str()`` is a sentence that says what to do."""

    exit_code: Exit = Exit.OWN_FAULT


class ConfigError(CasebridgeError):
    """A setting, project file, mapping or rule is wrong; names file and line where there is one."""

    exit_code = Exit.CONFIG

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None) -> None:
        """Prefix ``message`` with ``file:line:``; ``line`` counts from 1."""
        self.file, self.line, self.message = file, line, message
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(where + message)


class AuthError(CasebridgeError):
    """Credentials are missing, wrong or expired; the message says how to renew them."""

    exit_code = Exit.CREDENTIALS


class Transient(CasebridgeError):
    """Not now: network, time-out before sending, server trouble."""

    exit_code = Exit.UNREACHABLE


class Uncertain(Transient):
    """No answer, or one that does not say: what was asked for may have been done."""


class RateLimited(Transient):
    """The far side asks to wait ``retry_after`` seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        """``retry_after`` in seconds, from the vendor's own header where it has one."""
        self.retry_after = retry_after
        super().__init__(message)


class BudgetSpent(CasebridgeError):
    """The daily or money budget is used up until ``until``."""

    exit_code = Exit.HALTED

    def __init__(self, message: str, *, until: datetime, share: Share = Share.ALL) -> None:
        """``until`` is an aware UTC time; what comes out of other shares goes on."""
        self.until = until
        self.share = share
        super().__init__(message)


class Refused(CasebridgeError):
    """One record is not acceptable; set it aside with its reason and go on."""

    exit_code = Exit.SET_ASIDE

    def __init__(self, message: str, *, field: str | None = None) -> None:
        """``field`` names the field that was refused, where one is to blame."""
        self.field = field
        super().__init__(message)


class Unsupported(CasebridgeError):
    """The system's API cannot do this; ``manual_step`` says how a person does it."""

    exit_code = Exit.SET_ASIDE

    def __init__(self, message: str, *, manual_step: str) -> None:
        """Give the manual step as one imperative sentence."""
        self.manual_step = manual_step
        super().__init__(f"{message} By hand: {manual_step}")


class StoreBusy(CasebridgeError):
    """Another sync holds the store."""

    exit_code = Exit.BUSY


class Halted(CasebridgeError):
    """A brake or a pause stopped this step; the message says how many wait and how to go on."""

    exit_code = Exit.HALTED
