"""Compose an App from a project file and the adapters that it names."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from bridge import documents, registry
from bridge.app import App, AttachmentPolicy, Brakes, PersonalData, SourceSetup, SyncSetup, TargetSetup
from bridge.approvals import Approval
from bridge.call_counts import StoreMeter
from bridge.clock import SystemClock
from bridge.contracts import Surroundings
from bridge.mapping.target import in_order, load_target_mapping
from bridge.nouns import KeyField, Retention, What
from bridge.personal.model import Allowed
from bridge.registry import Role
from bridge.store import migrate
from bridge.store.store import Store
from bridge.triage.rules import load_rules
from bridge.vault import Vault
from config.alerts import alerts_of
from config.environment import read_environment
from config.loading import read_project
from config.mappings import SHIPPED, mapping_files
from config.retention_entry import RetentionEntry
from config.templates import load_templates, template_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bridge.clock import Clock
    from bridge.nouns import Thing
    from config.answer_entries import ApprovalEntry
    from config.loading import Loaded
    from config.project import BrakesEntry, PersonalDataEntry, SourceEntry, TargetEntry


def compose(path: Path, clock: Clock | None = None) -> App:
    """Build the App of the project at ``path`` and bring its store to the present schema. Raises ``ConfigError``."""
    loaded, clock = read_project(path), clock or SystemClock()
    project, folder = loaded.project, loaded.folder
    mappings = {name: mapping_files(loaded, name) for name in project.targets}
    store = Store(_store_url(project.store, folder))
    vault = Vault(store, clock, folder, read_environment(path).vault_key.get_secret_value())

    def around(name: str) -> Surroundings:
        return Surroundings(name, folder, clock, meter=StoreMeter(store, name, clock), safe=vault.safe(name))

    triage, templates = folder / project.triage, template_files(loaded)
    app = App(
        organisation=project.organisation,
        environment=project.environment,
        folder=folder,
        store=store,
        clock=clock,
        sources={
            name: _source(entry, replace(around(name), beside=_beside(project.sources, name)))
            for name, entry in project.sources.items()
        },
        targets={
            name: _target(entry, around(name), mappings[name], project.brakes)
            for name, entry in project.targets.items()
        },
        syncs=_syncs(loaded),
        rules=cache(partial(load_rules, triage)),
        cases=project.cases.base(),
        unit_cases=project.cases.of_units(),
        identity=project.identity,
        attachments=AttachmentPolicy(**project.attachments.model_dump()),
        templates=load_templates(loaded, templates),
        config_files=_texts(
            loaded,
            [triage, *templates, *(path for files in mappings.values() for paths in files.values() for path in paths)],
        ),
        warnings=loaded.warnings,
        alerts=alerts_of(project.alerts),
        personal=_personal(project.personal_data),
        vault=vault,
    )
    migrate.ensure(app.store)
    return app


def _personal(entry: PersonalDataEntry) -> PersonalData:
    return PersonalData(check=entry.check, allowed=Allowed(**entry.model_dump(exclude={"check"})))


def _beside(sources: Mapping[str, SourceEntry], name: str) -> tuple[SourceEntry, ...]:
    return tuple(entry for other, entry in sources.items() if other != name and entry.type == sources[name].type)


def _source(entry: SourceEntry, surroundings: Surroundings) -> SourceSetup:
    source = registry.source(entry.type).connect(entry, surroundings)
    answers = entry.type in registry.kinds(Role.PUBLISHER)
    hears = entry.type in registry.kinds(Role.RECEIVER)
    return SourceSetup(
        name=surroundings.name,
        source=source,
        receiver=registry.receiver(entry.type).beside(source) if hears else None,
        publisher=registry.publisher(entry.type).beside(source) if answers else None,
        unit=entry.unit,
        own=frozenset(each.casefold() for each in entry.own),
        keep_raw=entry.keep_raw,
        retention=_retention(entry.retention, source.retention),
        fact_patterns=entry.facts,
    )


def _retention(entry: RetentionEntry, network: Retention) -> Retention:
    """Return the times of the project file, those of the network where it says nothing."""
    said = {name: getattr(entry, name) for name in RetentionEntry.model_fields}
    chosen = {name: getattr(network, name) if days is None else days for name, days in said.items()}
    return Retention(**{name: None if days == "never" else days for name, days in chosen.items()})


def _target(
    entry: TargetEntry, surroundings: Surroundings, mappings: Mapping[Thing, Sequence[Path]], brakes: BrakesEntry
) -> TargetSetup:
    own = entry.brakes.model_dump(include=entry.brakes.model_fields_set) if entry.brakes else {}
    compiled = {
        thing: in_order([load_target_mapping(path, thing=thing) for path in paths]) for thing, paths in mappings.items()
    }
    objects = {
        thing: tuple(dict.fromkeys(KeyField(each.object, each.key_field) for each in several))
        for thing, several in compiled.items()
    }
    target = registry.target(entry.type).connect(entry, replace(surroundings, objects=objects))
    hears = entry.type in registry.kinds(Role.LISTENER)
    return TargetSetup(
        name=surroundings.name,
        target=target,
        listener=registry.listener(entry.type).beside(target) if hears else None,
        mode=entry.mode,
        mappings=compiled,
        persons=entry.persons,
        publish=entry.publish,
        hold=timedelta(seconds=entry.hold_seconds),
        stale_answer=timedelta(hours=entry.stale_answer_hours),
        approval=None if entry.approval is None else _approval(entry.approval),
        brakes=Brakes(**(brakes.model_dump() | own)),
    )


def _approval(entry: ApprovalEntry) -> Approval:
    ((field, value),) = entry.fields().items()
    return Approval(field=What(field), value=value, rejected=entry.rejected, four_eyes=entry.four_eyes)


def _syncs(loaded: Loaded) -> dict[str, SyncSetup]:
    """Return the named syncs; without any, one of everything."""
    project = loaded.project
    if not project.syncs:
        return {"all": SyncSetup(name="all", sources=tuple(project.sources), targets=tuple(project.targets))}
    return {
        name: SyncSetup(name=name, sources=sync.sources, targets=sync.targets, schedule=sync.schedule)
        for name, sync in project.syncs.items()
    }


def _store_url(url: str, folder: Path) -> str:
    """Return the URL with a SQLite path made absolute from the project folder."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return url
    return parsed.set(database=str(folder / parsed.database)).render_as_string(hide_password=False)


def _texts(loaded: Loaded, files: list[Path]) -> dict[str, str]:
    """Return the configuration as text, by path from the project folder, for the audit."""
    texts = {_audited(file, loaded.folder): documents.text_of(file) for file in files}
    return {loaded.file.name: loaded.masked, **texts}


def _audited(file: Path, folder: Path) -> str:
    """Return the name of a file for the audit: where the program itself is installed is no configuration."""
    if file.is_relative_to(SHIPPED):
        return f"comes with Casebridge: mappings/{file.relative_to(SHIPPED).as_posix()}"
    return os.path.relpath(file, folder)
