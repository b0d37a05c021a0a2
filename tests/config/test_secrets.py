"""No secret leaves the project file: not by warnings, errors, repr, or the text kept for the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bridge import documents
from bridge.errors import ConfigError
from config.loading import read_project
from config.project import project_model
from config.secrets import in_clear, masked, secrets, warning

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2-hunter2"


class Keys(BaseModel):
    """Nested settings with secrets."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    private: SecretStr | None = Field(default=None, description="A key.")


class Settings(BaseModel):
    """Settings of an invented adapter."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    token: SecretStr | None = Field(default=None, description="A token.")
    keys: Keys = Field(default_factory=Keys, description="More.")
    others: list[SecretStr] = Field(default_factory=list, description="Even more.")


FORMS = {
    "plain": f"    token: {SECRET}\n",
    "quoted": f'    token: "{SECRET}"\n',
    "nested": f"    keys:\n      private: {SECRET}\n",
    "flow": f"    keys: {{private: {SECRET}}}\n",
    "block": f"    token: |-\n      {SECRET}\n",
    "listed": f"    others:\n      - {SECRET}\n",
    "folded": f"    token: >-\n\n      {SECRET}\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_in_clear_is_warned_of_and_masked(form: str) -> None:
    text = f"organisation: acme\nsources:\n  x:\n    type: invented\n{FORMS[form]}targets: {{}}\n"
    document = documents.parse(text, "casebridge.yaml")
    project = documents.validate(document, project_model({"invented": Settings}, {}))
    found = {place: value for place, value in secrets(project) if value and in_clear(document, place)}
    assert [value.strip() for value in found.values()] == [SECRET]
    (told,) = (warning(document, place) for place in found)
    assert told.startswith("casebridge.yaml:")
    kept = masked(text, document, found)
    assert "*****" in kept
    assert "targets: {}" in kept
    assert SECRET not in f"{kept} {told} {project!r}"


def test_a_secret_from_the_environment_is_no_warning() -> None:
    text = "organisation: acme\nsources:\n  x: {type: invented, token: '${TOKEN}'}\n"
    document = documents.interpolate(documents.parse(text, "casebridge.yaml"), {"TOKEN": SECRET})
    project = documents.validate(document, project_model({"invented": Settings}, {}))
    assert [place for place, _ in secrets(project) if in_clear(document, place)] == []
    assert SECRET not in repr(project)


def test_an_anchored_secret_is_masked_wherever_it_stands() -> None:
    text = f"organisation: acme\nunits: {{at: {{title: &t {SECRET}}}}}\nsources:\n  x: {{type: invented, token: *t}}\n"
    document = documents.parse(text, "casebridge.yaml")
    project = documents.validate(document, project_model({"invented": Settings}, {}))
    assert SECRET not in masked(text, document, dict(secrets(project)))


def test_a_password_in_the_store_address_is_warned_of_and_masked(tmp_path: Path) -> None:
    (tmp_path / "casebridge.yaml").write_text(
        f"organisation: acme\nstore: postgresql://ann:{SECRET}@db/casebridge\n", encoding="utf-8"
    )
    loaded = read_project(tmp_path)
    assert len(loaded.warnings) == 1
    assert "casebridge.yaml:2: store is a secret in clear" in loaded.warnings[0]
    assert SECRET not in loaded.masked


def test_a_store_address_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "casebridge.yaml").write_text(f"organisation: acme\nstore: {SECRET}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no database URL") as raised:
        read_project(tmp_path)
    assert SECRET not in str(raised.value)
