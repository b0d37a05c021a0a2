"""Read a project folder: ``.env``, ``casebridge.yaml``, and what a person should be warned of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge import documents, registry
from bridge.document_faults import Fault, did_you_mean
from bridge.documents import raise_faults
from bridge.errors import ConfigError
from bridge.registry import Role
from config.environment import FILE, project_file, read_environment, variables
from config.project import Project, project_model
from config.references import wrong_references
from config.secrets import in_clear, masked, secrets, warning

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.documents import Document


@dataclass(frozen=True, slots=True)
class Loaded:
    """A project file that is right in itself."""

    project: Project
    document: Document
    folder: Path
    file: Path
    masked: str
    """The text of the project file, with secrets masked."""
    warnings: tuple[str, ...]


def read_project(path: Path) -> Loaded:
    """Read the project in the folder ``path`` (or the project file itself).

    ``${NAME}`` comes from the environment, else from ``.env`` beside the project file. Raises ``ConfigError``.
    """
    file, environment = _existing(project_file(path)), read_environment(path).environment
    folder = file.parent.resolve()
    raw = documents.load(file)
    document = documents.interpolate(raw, variables(folder))
    project = documents.validate(document, _model(document))
    if environment:
        project = project.model_copy(update={"environment": environment})
    raise_faults(document, wrong_references(project))
    clear = {place: value for place, value in secrets(project) if value and in_clear(document, place)}
    return Loaded(
        project=project,
        document=document,
        folder=folder,
        file=file,
        masked=masked(file.read_text(encoding="utf-8-sig"), raw, clear),
        warnings=tuple(warning(document, place) for place in clear),
    )


def _existing(file: Path) -> Path:
    if file.is_file():
        return file
    message = (
        f"There is no {FILE} in {file.parent.absolute()}. "
        "Name the project with --project, or make one with `casebridge init`."
    )
    raise ConfigError(message)


def _model(document: Document) -> type[Project]:
    """Return the project model with the adapters that the document uses; loads no others."""
    sources, targets = _kinds_used(document, "sources", Role.SOURCE), _kinds_used(document, "targets", Role.TARGET)
    return project_model(
        {kind: registry.source(kind).settings_model for kind in sources},
        {kind: registry.target(kind).settings_model for kind in targets},
    )


def _kinds_used(document: Document, section: str, role: Role) -> set[str]:
    entries = document.data.get(section)
    known = registry.kinds(role)
    used, faults = set(), []
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        kind = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(kind, str) and kind in known:
            used.add(kind)
        elif kind is None:
            faults.append(Fault((section, name), f"{section}.{name} needs a `type`: one of {', '.join(known)}."))
        else:
            hint = did_you_mean(str(kind), known)
            message = f"there is no adapter {kind!r} among the {section}, which are: {', '.join(known) or 'none'}{hint}"
            faults.append(Fault((section, name, "type"), message))
    raise_faults(document, faults)
    return used
