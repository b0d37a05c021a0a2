"""An object of the tool: its requests, and where things stand in its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.http import taking, templates, values
from bridge.nouns import FieldSchema, ObjectSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.http.manifest import Call, Loaded
    from adapters.http.model import FieldSpec, Object
    from bridge.nouns import Json, Reference


@dataclass(frozen=True, slots=True)
class View:
    """How an object is read and written."""

    name: str
    says: Object
    loaded: Loaded
    key_field: str
    """The field that carries our key, by the mapping; empty where it is a mark in the text."""
    address: str
    """Template of the address for people, with values of the site filled in."""

    def call(self, what: str) -> Call | None:
        """Return a request of it, None if there is none."""
        return self.loaded.call(self.name, what)

    def ref(self, row: Any) -> str:  # noqa: ANN401 - any JSON
        """Return a row's id."""
        return taking.text(self.says.id, row)

    def known_ref(self, row: Any) -> str:  # noqa: ANN401 - any JSON
        """Return a row's id; raises ``ValueError`` for a row of a list that has none."""
        if ref := self.ref(row):
            return ref
        message = f"has no {self.says.id}"
        raise ValueError(message)

    def key(self, row: Any) -> str:  # noqa: ANN401 - any JSON
        """Return our key in a row, empty for what is not ours."""
        if self.key_field:
            value = self._shown(self.key_field, row)
            return str(value or "")
        found = values.MARK.search(str(self._raw(self.says.mark, row) or "")) if self.says.mark else None
        return found[1] if found else ""

    def mentions(self, row: Any) -> set[str]:  # noqa: ANN401 - any JSON
        """Return the keys of amendments in a row's text."""
        return set(values.AMENDMENT.findall(str(self._raw(self.says.mark, row) or ""))) if self.says.mark else set()

    def deleted(self, row: Any) -> bool:  # noqa: ANN401 - any JSON
        """Tell whether a row says that it is deleted."""
        return taking.truth(self.says.reads.deleted, row)

    def merged_into(self, row: Any) -> str:  # noqa: ANN401 - any JSON
        """Return the id of what a row was merged into."""
        return taking.text(self.says.reads.merged_into, row)

    def url(self, ref: str) -> str:
        """Return the address for people."""
        return self.address.replace("{ref}", ref)

    def present(self, row: Any) -> dict[str, Json]:  # noqa: ANN401 - any JSON
        """Return a row's fields as our mappings write them."""
        shown = {name: self._shown(name, row) for name in self.says.fields}
        return {name: value for name, value in shown.items() if value is not None}

    def text(self, row: Any) -> str:  # noqa: ANN401 - any JSON
        """Return a row's text for people, without marks."""
        reads = self.says.reads
        if reads.text is not None:
            plain = taking.text(reads.text, row)
        else:
            plain = str(self._raw(self.says.mark, row) or "") if self.says.mark else ""
        return values.MARK.sub("", plain)

    def wire(self, fields: Mapping[str, Json | Reference], key: str) -> dict[str, Json]:
        """Return fields as the tool wants them; ``Refused`` for what cannot be so."""
        made = {}
        for name, value in fields.items():
            spec, wanted = self.says.fields[name], value
            if name == self.says.mark and not self.key_field:
                wanted = values.marked(str(value or ""), key)
            made[name] = values.to_wire(name, spec, wanted)
        return templates.nested(made)

    def same(self, name: str, row: Any, wanted: Json | Reference) -> bool:  # noqa: ANN401 - any JSON
        """Tell whether a field of a row holds a value already."""
        return values.same(self.says.fields[name], self._shown(name, row), wanted)

    def schema(self) -> ObjectSchema:
        """Return what is known of the fields."""
        return ObjectSchema(self.name, {name: _field(name, spec) for name, spec in self.says.fields.items()})

    def _shown(self, name: str, row: Any) -> Json:  # noqa: ANN401 - any JSON
        shown = self._raw(name, row)
        if name == self.says.mark and isinstance(shown, str):
            return values.MARK.sub("", shown)
        return shown

    def _raw(self, name: str, row: Any) -> Json:  # noqa: ANN401 - any JSON
        spec = self.says.fields.get(name)
        if spec is None:
            return None
        return values.from_wire(spec, taking.at(spec.read or taking.quoted(name), row))


def _field(name: str, spec: FieldSpec) -> FieldSchema:
    return FieldSchema(
        name=name,
        type=spec.type,
        length=spec.length,
        length_unit=spec.length_unit,
        picklist=tuple(spec.picklist),
        required=spec.required,
        createable=spec.createable,
        updateable=spec.updateable,
        refers_to=spec.refers_to,
    )
