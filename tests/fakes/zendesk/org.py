"""What an admin of the pretend account has set up: plan, limits, triggers, fields; friendly or grown over years."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.nouns import Json

EMAIL, TOKEN = "casebridge@acme.example", "zd-token-0123456789abcdef"
CLIENT_ID, CLIENT_SECRET = "casebridge", "zd-client-secret-0123456789"
"""An OAuth client that an admin has made."""
SPARED = "casebridge"
"""The tag whose tickets the admin's triggers leave alone, if he has set that up."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger that mails the requester; ``only_public``: of public comments alone."""

    id: int
    title: str
    on: str
    subject: str
    only_public: bool = True
    spares: tuple[str, ...] = ()

    def described(self) -> dict[str, Json]:
        """Return it as the API shows it."""
        update = {"field": "update_type", "operator": "is", "value": self.on}
        public = [{"field": "comment_is_public", "operator": "is", "value": "true"}] if self.only_public else []
        spared = [{"field": "current_tags", "operator": "not_includes", "value": tag} for tag in self.spares]
        mails = {"field": "notification_user", "value": ["requester_id", self.subject, "{{ticket.comments_formatted}}"]}
        return {
            "id": self.id,
            "title": self.title,
            "active": True,
            "conditions": {"all": [update, *public, *spared], "any": []},
            "actions": [mails],
        }


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field of tickets; ``options`` make it a drop-down."""

    id: int
    title: str
    type: str = "text"
    required: bool = False
    options: tuple[str, ...] = ()

    def described(self) -> dict[str, Json]:
        """Return it as the API shows it."""
        options = [{"name": each.title(), "value": each} for each in self.options]
        more = {"custom_field_options": options} if options else {}
        return {
            "id": self.id,
            "title": self.title,
            "type": self.type,
            "active": True,
            "required": self.required,
            **more,
        }


@dataclass(frozen=True, slots=True)
class Org:
    """An account. Limits are per minute."""

    triggers: tuple[Trigger, ...] = ()
    fields: tuple[Field, ...] = ()
    user_fields: tuple[str, ...] = ()
    """Keys of custom fields of users, each a text."""
    data_imports: bool = False
    """Whether Zendesk Support has enabled bulk creation of users."""
    admin: bool = True
    """Whether the credentials are an admin's."""
    limit: int = 700
    export_limit: int = 10
    update_limit: int = 100
    per_ticket: int = 30
    """Updates of one ticket within ten minutes."""
    export_lag: timedelta = timedelta(seconds=60)
    search_lag: timedelta = timedelta(seconds=90)
    job_seconds: float = 2
    most_jobs: int = 30
    page: int = 1_000
    neighbour: int = 0
    """Calls a minute of a second client."""
    conflict_every: int = 0
    """Each so-manieth update of a ticket meets another writer: 409."""
    longest_comment: int = 65_536
    requires_email: bool = False
    """A rule of the account: no user without an address."""


DEFAULT_TRIGGERS = (
    Trigger(11, "Notify requester and CCs of received request", "Create", "[Request received]"),
    Trigger(12, "Notify requester and CCs of comment update", "Change", "[Acme] Re: {{ticket.title}}"),
)
"""What every account begins with: public comments are mailed."""


def plain() -> Org:
    """Return an account as Zendesk sets it up."""
    return Org(triggers=DEFAULT_TRIGGERS)


def hostile() -> Org:
    """Return a grown account: a drop-down, a short comment, other writers, slow jobs, a trigger that mails of everything."""
    return replace(
        plain(),
        triggers=(*DEFAULT_TRIGGERS, Trigger(13, "Thank for every ticket", "Create", "Thank you", only_public=False)),
        fields=(
            Field(4711, "Acme region", "tagger", options=("emea", "apac")),
            Field(4712, "Acme product"),
        ),
        neighbour=200,
        conflict_every=7,
        job_seconds=20,
    )


def spared(org: Org) -> Org:
    """Return the account after its admin has followed our page: triggers leave tickets with our tag alone."""
    return replace(org, triggers=tuple(replace(each, spares=(SPARED,)) for each in org.triggers))
