"""What is wrong with a manifest is said with its line, all at once, before anything is sent."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from adapters.http import manifest
from adapters.http.settings import HttpSettings
from adapters.http.target import HttpTarget
from bridge import documents
from bridge.contracts import Surroundings
from bridge.errors import ConfigError
from config.schema import schemas
from tests.adapters.http.connecting import monday
from tests.adapters.http.harness_tracker import MANIFEST
from tests.adapters.mutations import mutated

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name: Little
base_url: https://little.example/api
values: {group: Which group.}
objects:
  cases:
    thing: case
    fields: {title: {}, our_key: {}}
    create: {post: /cases, body: "{fields}"}
    read: {get: "/cases/{ref}"}
"""


def faults(text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        manifest.compiled(documents.parse(text, "little.yaml"))
    return str(raised.value)


SHIPPED = [YAML(typ="safe").load(each.read_text()) for each in sorted(manifest.SHIPPED.glob("*.yaml"))]


@settings(max_examples=40, deadline=None)
@given(payload=mutated(SHIPPED))
def test_any_manifest_is_taken_or_said_to_be_wrong(payload: Any) -> None:  # noqa: ANN401 - any YAML
    text = orjson.dumps(payload).decode()  # YAML, too
    with suppress(ConfigError):
        assert manifest.compiled(documents.parse(text, "little.yaml")).calls is not None


def test_a_small_manifest_is_enough() -> None:
    assert set(manifest.compiled(documents.parse(GOOD, "little.yaml")).calls) == {"cases.create", "cases.read"}


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("{ref}", "{reff}", "little.yaml:9: unknown path 'reff'; did you mean 'ref'?"),
        ('"{fields}"', '{group: "{values.grup}"}', "unknown path 'values.grup'; did you mean 'values.group'?"),
        ('"{fields}"', '{t: "{secrets.token}"}', "unknown path 'secrets.token'"),
        ("thing: case", "thing: ticket", "little.yaml:6: objects.cases.thing"),
        ("read: {get:", "reed: {get:", "little.yaml:9: unknown key 'reed' in objects.cases; did you mean 'read'?"),
        ("post: /cases,", "post: /cases, put: /cases,", "a request has exactly one of get, post, put, patch, delete"),
        ("thing: case", 'thing: case\n    id: "data[0"', "this is no JMESPath"),
        ("thing: case", "thing: case\n    mark: titel", "cases has no field 'titel'; did you mean 'title'?"),
        ("our_key: {}", "who: {refers_to: case}", "who refers to 'case', which is no object; did you mean 'cases'?"),
        ("title: {}", "title: {type: picklist}", "title: a picklist has choices, and only a picklist has them."),
        (
            '"{fields}"',
            '{t: "${TOKEN}"}',
            "${TOKEN} is filled in the project file only: write secrets: {token: what it is}",
        ),
        ("title: {}", "title: {later: true}", "title is set by an update, so cases needs update."),
        ('read: {get: "/cases/{ref}"}', "find: {get: /cases, ids: true}", "so the object needs read"),
        ("values:", "auth: {bearer: x, basic: {user: y}}\nvalues:", "one of them signs in"),
        ('"{fields}"', '{x: {compute: {cel: "fields.title ="}}}', "CEL compares with =="),
    ],
)
def test_each_mistake_is_told_with_its_line_and_a_suggestion(good: str, bad: str, said: str) -> None:
    told = faults(GOOD.replace(good, bad))
    assert said in told
    assert re.match(r"little\.yaml:\d+: ", told)


def test_all_mistakes_are_told_at_once() -> None:
    told = faults(GOOD.replace("{ref}", "{reff}").replace('"{fields}"', '"{feilds}"'))
    assert told.index("feilds") < told.index("reff")


def connect(folder: Path, text: str, **settings: object) -> HttpTarget:
    (folder / "little.yaml").write_text(text)
    chosen = HttpSettings.model_validate({"manifest": "little.yaml", **settings})
    return HttpTarget.connect(chosen, Surroundings("little", folder, monday()))


def test_what_the_manifest_wants_to_know_must_be_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Little needs values.group in the project file: Which group"):
        connect(tmp_path, GOOD)


def test_secrets_go_over_tls_only(tmp_path: Path) -> None:
    text = GOOD.replace("https://little.example", "http://little.example")
    with pytest.raises(ConfigError, match="base_url begins with https://"):
        connect(tmp_path, text, values={"group": "x"})
    with pytest.raises(ValueError, match="base_url begins with https://"):
        HttpSettings(manifest="x", base_url="http://little.example")


def test_an_unknown_manifest_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'freshdesk'"):
        manifest.load("freshdeks", tmp_path)


@pytest.mark.parametrize("path", [*sorted(manifest.SHIPPED.glob("*.yaml")), MANIFEST], ids=lambda path: path.stem)
def test_editors_take_what_the_program_takes(path: Path) -> None:
    data = documents.load(path).data
    assert list(Draft202012Validator(schemas()["manifest"]).iter_errors(data)) == []
