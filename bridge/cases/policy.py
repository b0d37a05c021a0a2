"""Case policy: reopen windows and what joins."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class CasePolicy(BaseModel):
    """When a message continues a case and when a new episode joins one. Stamped on messages by hash."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reopen_public_days: float = Field(
        7,
        gt=0,
        description="A public message continues its case this many days after the close, or after the last message.",
    )
    reopen_direct_days: float = Field(30, gt=0, description="The same for direct messages, calls and SMS.")
    reopen_mail_days: float = Field(14, gt=0, description="The same for mails, forms and letters.")
    hard_close_days: float = Field(90, gt=0, description="After this silence a new case begins in any event.")
    join_reason_days: float = Field(
        3,
        ge=0,
        description="A new episode with the same contact reason joins an open case this many days after the last message of an episode that opened it or joined it by a named fact; 0 switches this off.",
    )
    join_facts: tuple[str, ...] = Field(
        ("order", "customer_number", "product", "topic", "post"),
        description="Kinds of named shared facts that join episodes.",
    )

    def window(self, kind: str, *, public: bool) -> timedelta:
        """Return the reopen window for a message of this kind."""
        if kind in {"mail", "form", "letter"}:
            return timedelta(days=self.reopen_mail_days)
        return timedelta(days=self.reopen_public_days if public else self.reopen_direct_days)

    @property
    def hard_close(self) -> timedelta:
        """Return the silence after which segments of a customer's history are independent."""
        return timedelta(days=self.hard_close_days)
