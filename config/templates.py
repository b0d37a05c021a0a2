"""Read the templates of a project: one file a name in the folder, with a text in each language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge import documents
from bridge.document_faults import Fault
from bridge.errors import ConfigError
from bridge.templates import Templates, faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.documents import Document
    from config.loading import Loaded

_NAME = re.compile(r"[\w-]{1,60}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?\Z")


def template_files(loaded: Loaded) -> list[Path]:
    """Return the files in the folder of templates. Raises ``ConfigError`` if the project names one that is not there."""
    entry = loaded.project.templates
    folder = loaded.folder / entry.folder
    if not folder.is_dir() and "folder" in entry.model_fields_set:
        message = f"templates.folder: there is no folder {entry.folder} in {loaded.folder}."
        raise loaded.document.error(message, ("templates", "folder"))
    return sorted(folder.glob("*.yaml"))


def load_templates(loaded: Loaded, files: list[Path]) -> Templates:
    """Return the templates. Raises ``ConfigError`` with file and line for a wrong place, language or name."""
    fallback = loaded.project.templates.fallback
    texts: dict[str, dict[str, str]] = {}
    for file in files:
        name = file.stem.lower()
        if not _NAME.match(name) or name in texts:
            message = "the name of a template is that of its file: letters, digits, `_` and `-`, each name once."
            raise ConfigError(message, file=str(file))
        texts[name] = load_texts(file, fallback)
    brands = {name: unit.title for name, unit in loaded.project.units.items() if unit.title}
    return Templates(texts=texts, fallback=fallback, brands=brands)


def load_texts(file: Path, fallback: str) -> dict[str, str]:
    """Return the texts of a template by language. Raises ``ConfigError`` with file and line."""
    document = documents.load(file)
    documents.raise_faults(document, _wrong(document, fallback))
    return {language.lower(): text.strip() for language, text in document.data.items()}


def _wrong(document: Document, fallback: str) -> Iterator[Fault]:
    for language, text in document.data.items():
        if not _LANGUAGE.match(language.lower()):
            yield Fault((language,), f"{language!r} is no language; write its code, as de or de-AT.")
        elif not isinstance(text, str) or not text.strip():
            yield Fault((language,), f"{language}: here stands the text in that language.")
        else:
            yield from (Fault((language,), f"{language}: {fault}") for fault in faults(text))
    if fallback not in {language.lower() for language in document.data}:
        message = f"a text in {fallback!r} is missing: it is taken where a customer speaks another language."
        yield Fault((), message)
