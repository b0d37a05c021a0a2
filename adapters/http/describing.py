"""Fields that an organisation has made itself: asked for once, beside those of the manifest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.http import listing, taking
from adapters.http.model import FieldSpec
from bridge.nouns import Share

if TYPE_CHECKING:
    from adapters.http.client import Client
    from adapters.http.model import Describe
    from adapters.http.objects import View


def described(client: Client, view: View) -> View:
    """Return an object with the fields that the tool lists; raises ``Declined``."""
    call, says = view.call("describe"), view.says.describe
    if call is None or says is None:
        return view
    rows = [row for page in listing.pages(client, call, {}, share=Share.ANSWER) for row in page]
    told = {says.prefix + taking.text(says.name, row): _spec(says, row) for row in rows}
    fields = {**told, **{name: _beside(spec, told.get(name)) for name, spec in view.says.fields.items()}}
    return replace(view, says=view.says.model_copy(update={"fields": fields}))


def _spec(says: Describe, row: Any) -> FieldSpec:  # noqa: ANN401 - any JSON
    choices = taking.texts(says.choices, row)
    kind = taking.text(says.type, row) or "string"
    length = taking.at(says.length, row) if says.length else None
    return FieldSpec.model_validate(
        {
            "type": "string" if kind == "picklist" and not choices else kind,
            "picklist": choices if kind == "picklist" else [],
            "required": taking.truth(says.required, row),
            "length": length if isinstance(length, int) and length > 0 else None,
        }
    )


def _beside(spec: FieldSpec, told: FieldSpec | None) -> FieldSpec:
    """Return a field of the manifest, which is also required where the tool says so."""
    return spec.model_copy(update={"required": True}) if told is not None and told.required else spec
