"""Case policy: reopen windows and what joins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

WRITTEN = frozenset({"mail", "form", "letter"})
"""Kinds of messages that follow the window of mails."""

_CENTURY = 36_500


@dataclass(frozen=True, slots=True)
class Windows:
    """The durations of a policy."""

    public: timedelta
    direct: timedelta
    mail: timedelta
    hard_close: timedelta
    join_reason: timedelta | None

    def of(self, kind: str, *, public: bool) -> timedelta:
        """Return the reopen window for a message of this kind."""
        if kind in WRITTEN:
            return self.mail
        return self.public if public else self.direct


class CasePolicy(BaseModel):
    """When a message continues a case and when a new episode joins one. Stamped on messages by hash."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reopen_public_days: float = Field(
        7,
        gt=0,
        le=_CENTURY,
        description="A public message continues its case this many days after the close, or after the last message.",
    )
    reopen_direct_days: float = Field(30, gt=0, le=_CENTURY, description="The same for direct messages, calls and SMS.")
    reopen_mail_days: float = Field(14, gt=0, le=_CENTURY, description="The same for mails, forms and letters.")
    hard_close_days: float = Field(
        90, gt=0, le=_CENTURY, description="After this silence a new case begins in any event."
    )
    join_reason_days: float = Field(
        3,
        ge=0,
        le=_CENTURY,
        description=(
            "A new episode with the same contact reason joins an open case this many days after the last message of an "
            "episode that opened it or joined it by a named fact; 0 switches this off."
        ),
    )
    join_facts: tuple[str, ...] = Field(
        ("order", "customer_number", "product", "topic", "post"),
        description="Kinds of named shared facts that join episodes.",
    )
    apart_facts: tuple[str, ...] = Field(
        ("order",),
        description="Kinds of facts that keep episodes apart where both name one and share none: two orders are two matters.",
    )

    @cached_property
    def windows(self) -> Windows:
        """Return the same as durations, each no longer than the hard close."""
        hard = timedelta(days=self.hard_close_days)
        return Windows(
            public=min(hard, timedelta(days=self.reopen_public_days)),
            direct=min(hard, timedelta(days=self.reopen_direct_days)),
            mail=min(hard, timedelta(days=self.reopen_mail_days)),
            hard_close=hard,
            join_reason=timedelta(days=self.join_reason_days) if self.join_reason_days else None,
        )

    def window(self, kind: str, *, public: bool) -> timedelta:
        """Return the reopen window for a message of this kind."""
        return self.windows.of(kind, public=public)

    @property
    def hard_close(self) -> timedelta:
        """Return the silence after which segments of a customer's history are independent."""
        return self.windows.hard_close
