"""The project file ``casebridge.yaml``: one typed model, put together with the settings of every registered adapter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    field_validator,
)

from bridge.app import Persons, TargetMode
from bridge.cases.policy import CasePolicy
from bridge.errors import ConfigError
from config.alert_entries import AlertsEntry
from config.answer_entries import ApprovalEntry, TemplatesEntry
from config.retention_entry import RetentionEntry
from config.sections import Section, one_or_many
from identity.policy import IdentityPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        message = f"is not a regular expression: {error}"
        raise ValueError(message) from error
    return pattern


def _five_fields(schedule: str) -> str:
    if schedule and len(schedule.split()) != 5:
        message = "a schedule has five fields (minute, hour, day, month, weekday), as in '*/15 * * * *'"
        raise ValueError(message)
    return schedule


Pattern = Annotated[str, AfterValidator(_compiles)]
Schedule = Annotated[
    str, AfterValidator(_five_fields), WithJsonSchema({"type": "string", "pattern": r"^(\S+\s+){4}\S+$|^$"})
]


class BrakesEntry(Section):
    """Limits that pause a step by themselves."""

    cases_per_hour: int = Field(
        default=200, ge=1, description="New cases in one live target in a rolling hour, above which delivering pauses."
    )
    norm_factor: float = Field(
        default=5.0, gt=1, description="The same as a multiple of the usual hour, once a week is known."
    )
    answers_per_hour: int = Field(default=60, ge=1, description="Answers on one account an hour that pause publishing.")
    identical_texts: int = Field(
        default=3, ge=2, description="So many identical answers on one account pause publishing."
    )


class AttachmentsEntry(Section):
    """What is fetched and kept of attachments."""

    max_bytes: int = Field(default=25_000_000, ge=0, description="Files above this size, in bytes, are not fetched.")
    types: tuple[str, ...] = Field(
        default=("image/*", "video/*", "audio/*", "application/pdf", "text/plain"),
        description="Media types that are fetched; `*` stands for anything.",
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="Media hosts that may be fetched from; local files are always read."
    )


class PersonalDataEntry(Section):
    """What the brand publishes itself, in any notation; all else that tells something of one person is held."""

    check: bool = Field(default=True, description="Whether public answers are checked before they are sent.")
    phones: tuple[str, ...] = Field(default=(), description="Hotlines: +49 30 23125 100.")
    emails: tuple[str, ...] = Field(default=(), description="Mail addresses that everybody may write to.")
    ibans: tuple[str, ...] = Field(default=(), description="Accounts of the brand.")
    links: tuple[str, ...] = Field(default=(), description="Pages; what lies below and opens nobody's own things, too.")
    addresses: tuple[str, ...] = Field(default=(), description="Shops and offices: Hafenweg 22, 48155 Münster.")
    numbers: tuple[str, ...] = Field(
        default=(), description="Other numbers of the brand: VAT number, creditor id, article numbers."
    )


class UnitEntry(Section):
    """A brand, country or location of the organisation."""

    title: str = Field(default="", description="Its name for people.")


class CasesEntry(CasePolicy):
    """Case policy of the project, with what differs in single units."""

    units: dict[str, CasePolicy] = Field(
        default_factory=dict, description="Unit → the settings that differ there; all others are as above."
    )

    def base(self) -> CasePolicy:
        """Return the policy without the units."""
        return CasePolicy.model_validate(self.model_dump(exclude={"units"}))

    def of_units(self) -> dict[str, CasePolicy]:
        """Return the complete policy of every unit that differs."""
        base = self.model_dump(exclude={"units"})
        return {
            unit: CasePolicy.model_validate(base | policy.model_dump(include=policy.model_fields_set))
            for unit, policy in self.units.items()
        }


class SourceEntry(Section):
    """A source of messages or people; the settings of its type stand beside these."""

    type: str = Field(description="Which adapter reads it; `casebridge adapters` lists them.")
    unit: str = Field(default="", description="Unit that its messages belong to, where they do not say so themselves.")
    own: tuple[str, ...] = Field(
        default=(), description="Handles or ids of your own accounts there: what they post is an answer, never a case."
    )
    facts: dict[str, Pattern] = Field(
        default_factory=dict,
        description="Kind of fact (order, customer_number, product, topic) → regular expression that finds it in a text; group 1, or the whole match, is the fact.",
    )
    keep_raw: bool = Field(default=True, description="Whether payloads are kept as they came.")
    retention: RetentionEntry = Field(default_factory=RetentionEntry, description="When what it brings is deleted.")


class MappingFiles(Section):
    """Mappings that stand elsewhere than in the folder; a single path will do, of several each but one has a `when`."""

    person: tuple[Path, ...] = Field(default=(), description="Mapping of persons.")
    profile: tuple[Path, ...] = Field(default=(), description="Mapping of the authors of messages.")
    case: tuple[Path, ...] = Field(default=(), description="Mapping of cases.")
    message: tuple[Path, ...] = Field(default=(), description="Mapping of messages.")

    @field_validator("person", "profile", "case", "message", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return one_or_many(value)


class TargetEntry(Section):
    """A CRM or ticket tool; the settings of its type stand beside these."""

    type: str = Field(description="Which adapter writes it; `casebridge adapters` lists them.")
    mode: TargetMode = Field(
        default=TargetMode.LIVE,
        description="observe: deliver nothing; shadow: deliver to the embedded desk only; live: deliver.",
    )
    persons: Persons = Field(
        default=Persons.LINK,
        description="link: create a contact only for private contact with mail or phone; create: for every customer.",
    )
    publish: bool = Field(default=False, description="Whether agents' public answers go back to the networks.")
    hold_seconds: float = Field(
        default=60, ge=0, description="An answer waits this long, in seconds, before it is published."
    )
    stale_answer_hours: float = Field(
        default=4, gt=0, description="Answers older than this, in hours, are held and asked about."
    )
    approval: ApprovalEntry | None = Field(
        default=None, description="Answers wait until somebody lets them go there; without this they go by themselves."
    )
    brakes: BrakesEntry | None = Field(
        default=None, description="Limits of this target, where they differ from the project's."
    )
    mappings: Path | None = Field(
        default=None,
        description="Folder with person.yaml, case.yaml and message.yaml; else `mappings/<name>`, `mappings/<type>`, then those that come with the adapter.",
    )
    mapping_files: MappingFiles = Field(
        default_factory=MappingFiles,
        description="Single mappings that stand elsewhere, or that come along, as mappings/salesforce/social_post.yaml.",
    )


class SyncEntry(Section):
    """One named sync."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

    sources: tuple[str, ...] = Field(alias="from", description="Sources that it reads; a single name will do.")
    targets: tuple[str, ...] = Field(alias="to", description="Targets that it delivers to; a single name will do.")
    mapping: Path | None = Field(
        default=None, description="Folder with the mappings of its targets, where they name none themselves."
    )
    schedule: Schedule = Field(
        default="",
        description="When it runs, as five cron fields in UTC; empty: by hand or by the system's scheduler.",
    )

    @field_validator("sources", "targets", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return one_or_many(value)


class Project(Section):
    """A whole project file. ``project_model`` gives the class with the settings of all adapters."""

    organisation: str = Field(
        min_length=1,
        description="The one legal entity that this project serves; part of every key, so never change it.",
    )
    environment: str = Field(
        default="production",
        min_length=1,
        description="Keeps staging and production apart in targets; part of every key.",
    )
    store: str = Field(
        default="sqlite:///casebridge.db",
        description="sqlite:///file, relative to the project folder, or postgresql://user:${PASSWORD}@host/database.",
    )
    units: dict[str, UnitEntry] = Field(
        default_factory=dict,
        description="Brands, countries or locations; if any are listed, sources may name only these.",
    )
    sources: dict[str, SourceEntry] = Field(
        default_factory=dict, description="Name → where messages and people are read from."
    )
    targets: dict[str, TargetEntry] = Field(default_factory=dict, description="Name → where cases go.")
    syncs: dict[str, SyncEntry] = Field(
        default_factory=dict,
        description="Name → which sources go to which targets; without any, `all` syncs everything.",
    )
    triage: Path = Field(default=Path("triage.yaml"), description="File with the triage rules.")
    cases: CasesEntry = Field(
        default_factory=lambda: CasesEntry.model_validate({}),
        description="When a message continues a case and what joins one.",
    )
    identity: IdentityPolicy = Field(
        default_factory=lambda: IdentityPolicy.model_validate({}), description="Which identifiers link people."
    )
    templates: TemplatesEntry = Field(
        default_factory=TemplatesEntry, description="Texts that agents answer with by name."
    )
    brakes: BrakesEntry = Field(default_factory=BrakesEntry, description="Limits that pause a step by themselves.")
    alerts: AlertsEntry = Field(default_factory=AlertsEntry, description="Whom to tell when something is wrong.")
    personal_data: PersonalDataEntry = Field(
        default_factory=PersonalDataEntry,
        description="What may be read by everybody in public answers; they are held if they tell more of a person.",
    )
    attachments: AttachmentsEntry = Field(
        default_factory=AttachmentsEntry, description="What is fetched and kept of attachments."
    )


def project_model(sources: Mapping[str, type[BaseModel]], targets: Mapping[str, type[BaseModel]]) -> type[Project]:
    """Return the project model for these adapters (type → settings model).

    Raises ``ConfigError`` if an adapter's setting has the name of one of ours.
    """
    return create_model(
        "CasebridgeProject",
        __base__=Project,
        __doc__=Project.__doc__,
        sources=_named(_one_of(SourceEntry, sources, "source"), Project.model_fields["sources"]),
        targets=_named(_one_of(TargetEntry, targets, "target"), Project.model_fields["targets"]),
    )


def _named(entry: Any, field: FieldInfo) -> Any:  # noqa: ANN401 - a type form made at run time
    return (dict[str, entry], field)


def _one_of(entry: type[Section], settings: Mapping[str, type[BaseModel]], role: str) -> Any:  # noqa: ANN401 - a type form made at run time
    """Return the type form "an entry of one of the adapters", told apart by ``type``."""
    choices = [_entry_model(entry, name, model, role) for name, model in sorted(settings.items())]
    if len(choices) < 2:
        return choices[0] if choices else entry
    return Annotated[Union[tuple(choices)], Field(discriminator="type")]  # noqa: UP007 - a union made at run time


def _entry_model(entry: type[Section], name: str, settings: type[BaseModel], role: str) -> type[BaseModel]:
    clash = sorted(entry.model_fields.keys() & settings.model_fields.keys())
    if clash:
        message = (
            f"The {role} adapter {name} has a setting {clash[0]!r}, which the project file uses itself; rename it."
        )
        raise ConfigError(message)
    kind: Any = Literal[name]
    return create_model(
        f"{name.title().replace('_', '').replace('-', '')}{role.title()}",
        __base__=(entry, settings),
        __doc__=settings.__doc__,
        type=(kind, Field(description=entry.model_fields["type"].description)),
    )
