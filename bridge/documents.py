"""YAML documents with line numbers: load once, turn into plain data, say of every error in which line it stands.

YAML 1.2 (``on``, ``no`` and ``NO`` are words, dates stay text, keys become text). All errors are ``ConfigError``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarbool import ScalarBoolean

from bridge.document_faults import Fault, Place, did_you_mean, model_faults
from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_Model = TypeVar("_Model", bound=BaseModel)
_VARIABLE = re.compile(r"\$(\$?)\{([^}]*)\}")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data of a YAML document, and where each part of it stands."""

    data: Any
    file: str
    node: Any = field(repr=False, default=None)
    first_line: int = 1
    """0 for data that stands in no lines of its own; errors then name the file alone."""
    from_env: frozenset[Place] = frozenset()
    """Places whose text came from environment variables."""

    def line(self, place: Sequence[str | int] = ()) -> int:
        """Return the line (from 1) of the key or item at ``place``, or of its nearest parent that is there."""
        line, node = self.first_line, self.node
        for step in place:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line

    def part(self, place: Sequence[str | int]) -> Document:
        """Return the part at ``place`` (which must exist) as a document of its own, with its lines."""
        data, node = self.data, self.node
        for step in place:
            data = data[step]
            found = _child(node, step)
            node = found[1] if found else None
        return Document(data, self.file, node, self.line(place))

    def under(self, key: str) -> Document:
        """Return a document that has this one as its only key."""
        return Document({key: self.data}, self.file, _Under(key, self.node, self.first_line), self.first_line)

    def error(self, message: str, place: Sequence[str | int] = ()) -> ConfigError:
        """Return an error that names file and line of ``place``."""
        return ConfigError(message, file=self.file, line=self.line(place))


@dataclass(frozen=True, slots=True)
class _Under:
    """A node that was put under a key."""

    key: str
    node: Any
    line: int


def load(path: Path) -> Document:
    """Read a YAML file. A missing, unreadable, empty or badly written one is a ``ConfigError``."""
    return parse(text_of(path), str(path))


def parse(text: str, file: str) -> Document:
    """Parse one YAML document; ``file`` is only named in errors. Its top must be a mapping."""
    try:
        node = _node(text)
    except DuplicateKeyError as error:
        raise _syntax(error, file, "is given twice here; keep one of the two") from None
    except MarkedYAMLError as error:
        raise _syntax(error, file, "") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(
            f"a control character (U+{error.character:04X}) stands here; remove it.", file=file, line=line
        ) from None
    except YAMLError as error:
        raise ConfigError(f"this is not YAML: {str(error).splitlines()[0]}.", file=file) from None
    except (RecursionError, ValueError) as error:
        raise ConfigError(f"this cannot be read as YAML: {error}.", file=file) from None
    if node is None:
        raise ConfigError("the file is empty; it needs at least one 'key: value' line.", file=file)
    if not isinstance(node, CommentedMap):
        kind = "list" if isinstance(node, CommentedSeq) else "single value"
        raise ConfigError(f"the top must be a mapping ('key: value' lines), not a {kind}.", file=file, line=1)
    return Document(_plain(node, file), file, node)


@lru_cache(maxsize=64)
def _node(text: str) -> Any:  # noqa: ANN401 - any YAML value
    """Return ruamel's node, which nobody changes: a program that lasts reads the same files before each run."""
    yaml = YAML(typ="rt")
    yaml.Constructor = _Core
    return yaml.load(text)


def raise_faults(document: Document, faults: Iterable[Fault]) -> None:
    """Raise one ``ConfigError`` with a line for each fault, in the order of the file; do nothing without any."""
    lines = sorted({(document.line(fault.place), fault.message) for fault in faults})
    if not lines:
        return
    (line, message), *rest = lines
    more = "".join(f"\n{ConfigError(text, file=document.file, line=number)}" for number, text in rest)
    raise ConfigError(message + more, file=document.file, line=line)


def validate(document: Document, model: type[_Model]) -> _Model:
    """Return the document as ``model``; everything wrong with it is told at once. Values are never repeated."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        faults = model_faults(document.data, model, error)
    raise_faults(document, faults)
    raise document.error("this does not fit.")


def interpolate(document: Document, environ: Mapping[str, str] = os.environ) -> Document:
    """Replace ``${NAME}`` in texts by environment variables; ``$${NAME}`` stays as ``${NAME}``.

    Missing variables and empty names are ``ConfigError`` with their lines. ``from_env`` says which places were filled.
    """
    faults: list[Fault] = []
    filled: set[Place] = set()

    def text_at(text: str, place: Place) -> str:
        def value(match: re.Match[str]) -> str:
            escaped, name = match.groups()
            if escaped:
                return match[0][1:]
            if not _VARIABLE_NAME.match(name):
                faults.append(Fault(place, f"${{{name}}} is no name of an environment variable; write $${{ for text."))
            elif name not in environ:
                faults.append(Fault(place, f"the environment variable {name} is not set{did_you_mean(name, environ)}"))
            filled.add(place)
            return environ.get(name, "")

        return _VARIABLE.sub(value, text) if "${" in text else text

    def walk(data: Any, place: Place) -> Any:  # noqa: ANN401 - plain YAML data
        if isinstance(data, str):
            return text_at(data, place)
        if isinstance(data, dict):
            return {key: walk(value, (*place, key)) for key, value in data.items()}
        if isinstance(data, list):
            return [walk(value, (*place, index)) for index, value in enumerate(data)]
        return data

    data = walk(document.data, ())
    raise_faults(document, faults)
    return replace(document, data=data, from_env=frozenset(filled))


class _Core(RoundTripConstructor):
    """YAML 1.2 core: no dates, no tags of others."""

    def construct_text(self, node: Any) -> str:  # noqa: ANN401 - ruamel's nodes are untyped
        return str(node.value)

    def construct_unknown(self, node: Any) -> NoReturn:  # noqa: ANN401 - ruamel's nodes are untyped
        raise ConstructorError(None, None, f"the tag {node.tag} is not known here", node.start_mark)


_Core.add_constructor("tag:yaml.org,2002:timestamp", _Core.construct_text)
_Core.add_constructor(None, _Core.construct_unknown)


def text_of(path: Path) -> str:
    """Return the text of a file that people write; raises ``ConfigError`` if there is none or it is not UTF-8."""
    file = str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"there is no such file{did_you_mean(path.name, _siblings(path))}", file=file) from None
    except IsADirectoryError:
        raise ConfigError("this is a directory; name a YAML file in it.", file=file) from None
    except PermissionError:
        raise ConfigError("no permission to read this file; change its rights or its owner.", file=file) from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"this file cannot be read: {error}.", file=file) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "this line is not UTF-8; save the file with the encoding UTF-8.", file=file, line=line
        ) from None


def _siblings(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return []


def _syntax(error: MarkedYAMLError, file: str, advice: str) -> ConfigError:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context or "broken")
    if advice:
        key = re.search(r'duplicate key "(.*?)"', problem)
        problem = f"the key {key[1]!r} {advice}" if key else f"a key {advice}"
    return ConfigError(f"this is not valid YAML: {problem}.", file=file, line=mark.line + 1 if mark else None)


def _plain(node: Any, file: str) -> Any:  # noqa: ANN401 - any YAML value
    """Return plain Python data for ruamel's."""
    if isinstance(node, CommentedSeq):
        return [_plain(item, file) for item in node]
    if isinstance(node, CommentedMap):
        return {_key(key, node, file): _plain(value, file) for key, value in node.items()}
    if isinstance(node, bool | ScalarBoolean):
        return bool(node)
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return node


def _key(key: Any, node: CommentedMap, file: str) -> str:  # noqa: ANN401 - any YAML key
    if isinstance(key, bool | ScalarBoolean):
        return "true" if key else "false"
    if isinstance(key, str | int | float):
        return str(key)
    if key is None:
        return "null"
    raise ConfigError("a key must be a single word or text.", file=file, line=node.lc.line + 1)


def _child(node: Any, step: str | int) -> tuple[int, Any] | None:  # noqa: ANN401 - any YAML value
    """Return line (from 1) and node of a key or item, None if it is not there."""
    if isinstance(node, _Under):
        return (node.line, node.node) if step == node.key else None
    if isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
        return node.lc.item(step)[0] + 1, node[step]
    if isinstance(node, CommentedMap):
        for key in node:
            if _key(key, node, "") == str(step):
                # A key that a merge (<<) brought in has no place of its own.
                own = key in (node.lc.data or {})
                return (node.lc.key(key)[0] if own else node.lc.line) + 1, node[key]
    return None
