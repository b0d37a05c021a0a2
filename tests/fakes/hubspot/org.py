"""What a pretend HubSpot account looks like: a plain one, and one that makes an integration's life hard."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.hubspot.definitions import Property

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVICE_KEY = "pat-eu1-3b6f7c2e-0000-4000-8000-000000000001"
CLIENT_ID = "9d1c5f70-0000-4000-8000-000000000002"
CLIENT_SECRET = "c0ffee00-0000-4000-8000-000000000003"
REFRESH_TOKEN = "eu1-refresh-0000-4000-8000-000000000004"

SCOPES = frozenset(
    {
        "oauth",
        "tickets",
        "automation",
        "files",
        "crm.export",
        "crm.import",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.custom.read",
        "crm.objects.custom.write",
        "crm.objects.owners.read",
        "crm.schemas.contacts.read",
        "crm.schemas.contacts.write",
        "crm.schemas.custom.read",
        "crm.schemas.custom.write",
        "conversations.read",
        "conversations.write",
        "conversations.custom_channels.read",
        "conversations.custom_channels.write",
    }
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who may own records; the id of the owner is not that of the user."""

    id: str
    user_id: int
    email: str
    first_name: str
    last_name: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline."""

    id: str
    label: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline of tickets."""

    id: str
    label: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A validation rule of an admin: what a property's value must be like."""

    object: str
    property: str
    accepts: Callable[[str], bool]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """An automation of tickets that enrols each ticket once, when it stands in the stage.

    ``mails`` is the subject of a mail to every contact of the ticket; ``sets`` changes properties.
    """

    id: str
    name: str
    pipeline: str
    stage: str
    unless_known: str = ""
    """A property that keeps a ticket out where it has a value, as careful admins set it."""
    mails: str = ""
    sets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Org:
    """An account. Limits are those of a Professional account."""

    portal_id: int = 24_680_135
    name: str = "Acme Outdoor"
    domain: str = "acme.example"
    time_zone: str = "Europe/Berlin"
    index_lag: timedelta = timedelta(seconds=30)
    """How long after a write search does not show it."""
    tokens: Mapping[str, frozenset[str]] = field(default_factory=lambda: {SERVICE_KEY: SCOPES})
    """Service keys and their scopes."""
    token_life: timedelta = timedelta(minutes=30)
    burst: int = 190
    oauth_burst: int = 110
    daily: int = 650_000
    searches_a_second: int = 5
    search_body: int = 3_000
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further properties that a new record needs, by object."""
    custom_properties: Mapping[str, tuple[Property, ...]] = field(default_factory=dict)
    custom_objects: Mapping[str, tuple[Property, ...]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    owners: tuple[Owner, ...] = ()
    unique_on_activities: bool = True
    """Whether notes and other activities may have unique properties of the account's own."""
    merge_makes_new: bool = False
    """Whether a merge gives the survivor an id of its own."""
    conflict_status: int = 400
    """How a taken value of an account's own unique property is refused: 400 VALIDATION_ERROR or 409 CONFLICT."""
    channels: bool = True
    """Whether the edition has custom channels."""
    neighbour_daily: int = 0
    """Calls that another client had used of the first day's."""
    neighbour_hourly: int = 0
    """Calls that it goes on to use each hour."""
    neighbour_searches: int = 0
    """Searches that another client does each second."""
    lock_every: int = 0
    """Each so-manieth call that writes finds a record locked; 0 = never."""


SUPPORT = Pipeline(
    "0",
    "Support Pipeline",
    (
        Stage("1", "New"),
        Stage("2", "Waiting on contact"),
        Stage("3", "Waiting on us"),
        Stage("4", "Closed", closed=True),
    ),
)
SOCIAL = Pipeline(
    "7700", "Social", (Stage("7701", "New"), Stage("7702", "In work"), Stage("7703", "Done", closed=True))
)
OWNERS = (
    Owner("81001", 5001, "ines@acme.example", "Ines", "Okafor"),
    Owner("81002", 5002, "tom@acme.example", "Tom", "Berg"),
    Owner("81003", 5003, "gone@acme.example", "Ruth", "Kern", archived=True),
)


def plain() -> Org:
    """Return an account as HubSpot sets it up, with three owners and a second pipeline."""
    return Org(pipelines=(SUPPORT, SOCIAL), owners=OWNERS)


def hostile() -> Org:
    """Return an account whose admins, automations and neighbours are in the way."""
    return Org(
        name="Acme Outdoor (grown)",
        index_lag=timedelta(seconds=90),
        burst=100,
        searches_a_second=4,
        required={"tickets": ("acme_region",)},
        custom_properties={
            "tickets": (
                Property(
                    name="acme_region",
                    type="enumeration",
                    field_type="select",
                    options={"emea": "EMEA", "amer": "Americas"},
                    own=False,
                ),
                Property(name="acme_product", length=40, own=False),
            ),
            "contacts": (Property(name="acme_customer_no", unique=True, length=20, own=False),),
        },
        rules=(
            Rule(
                object="tickets",
                property="subject",
                accepts=lambda value: len(value) <= 120,
                message="A subject has at most 120 characters.",
            ),
            Rule(
                object="contacts",
                property="phone",
                accepts=lambda value: not value or value.startswith("+"),
                message="A phone number starts with + and the country code.",
            ),
        ),
        workflows=(
            Workflow(
                id="1701", name="Thank the customer", pipeline="0", stage="1", mails="We have received your request"
            ),
            Workflow(id="1702", name="Survey after closing", pipeline="0", stage="4", mails="How did we do?"),
            Workflow(
                id="1703", name="Low until seen", pipeline="7700", stage="7701", sets={"hs_ticket_priority": "LOW"}
            ),
        ),
        pipelines=(SUPPORT, SOCIAL),
        owners=OWNERS,
        unique_on_activities=False,
        merge_makes_new=True,
        conflict_status=409,
        channels=False,
        neighbour_daily=300_000,
        neighbour_hourly=12_000,
        neighbour_searches=2,
        lock_every=40,
    )
