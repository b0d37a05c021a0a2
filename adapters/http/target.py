"""Any REST tool as a target, by its manifest."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

from adapters.http import activity, amending, checking, foreign, looking, manifest, people, trying, writing
from adapters.http import jobs as jobs_
from adapters.http.answers import Declined
from adapters.http.client import Client
from adapters.http.model import Manifest
from adapters.http.settings import HttpSettings
from adapters.http.tool import Tool
from bridge.contracts import Idempotency, Strategy, Target
from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import httpx
    from pydantic import BaseModel

    from adapters.http.manifest import Loaded
    from bridge.contracts import Surroundings
    from bridge.nouns import (
        Account,
        ActivityPage,
        Amendment,
        Budget,
        CasePage,
        Cursor,
        Found,
        KeyField,
        ObjectSchema,
        Outcome,
        Page,
        Record,
        Step,
    )

_Item = TypeVar("_Item")


class HttpTarget(Target):
    """Delivers to any REST tool whose manifest says how."""

    settings_model = HttpSettings
    idempotency: ClassVar[Mapping[str, Idempotency]] = {
        "*": Idempotency(Strategy.READ_BACK, settle_after=timedelta(seconds=60)),
    }
    publish_gesture = "Answer publicly in the case, as the tool's manifest says."
    live_by_nature = True
    formats: ClassVar[Mapping[str, type[BaseModel]]] = {"manifest": Manifest}
    """What people write for this target, by the name that ``casebridge schema`` takes."""

    def __init__(self, tool: Tool) -> None:
        """Work with a connected tool."""
        self.tool = tool

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> Self:
        """Read the manifest; opens nothing."""
        return cls.through(settings, surroundings, None)

    @classmethod
    def through(cls, settings: BaseModel, surroundings: Surroundings, transport: httpx.BaseTransport | None) -> Self:
        """Connect through ``transport`` instead of the network."""
        chosen = HttpSettings.model_validate(settings.model_dump(include=set(HttpSettings.model_fields)))
        loaded = manifest.load(chosen.manifest, surroundings.folder)
        client = Client(loaded, chosen, surroundings, transport)
        return cast("Self", _kind(cls, loaded)(Tool(client, chosen, surroundings)))

    def __repr__(self) -> str:
        """Show which tool, and no secret."""
        return f"HttpTarget({self.tool.client!r})"

    def check(self) -> Account:
        """Try credentials and lists."""
        return checking.check(self.tool)

    def close(self) -> None:
        """Close the connections."""
        self.tool.client.close()

    def schema(self, object_name: str) -> ObjectSchema:
        """Return what the manifest, and the tool where it lists fields, say of an object."""
        try:
            return self.tool.described(object_name).schema()
        except Declined as declined:
            raise _mistaken(declined) from declined

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:  # noqa: ARG002 - nothing is created
        """Say which key fields there are."""
        return checking.prepare(self.tool, wanted)

    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield the tool's own people."""
        yield from _told(people.pages(self.tool, after))

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield cases that we did not make."""
        yield from _told(foreign.pages(self.tool, after))

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Write records one by one."""
        return writing.write(self.tool, object_name, self.schema(object_name), records) if records else []

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Ask how jobs stand."""
        return [jobs_.settle(self.tool, job) for job in jobs]

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Look our keys up."""
        try:
            return looking.find(self.tool, object_name, keys, not_before)
        except Declined as declined:
            raise _mistaken(declined) from declined

    def keys(self, object_name: str) -> Iterator[str]:
        """Yield all of our keys that stand there."""
        yield from _told(looking.every_key(self.tool, self.tool.view(object_name)))

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Do one-shot changes."""
        return amending.amend(self.tool, amendments)

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield answers and events."""
        yield from _told(activity.pages(self.tool, after))

    def activity_head(self) -> Cursor:
        """Return the cursor for "from now"."""
        return activity.head(self.tool)

    def budget(self) -> Budget:
        """Return what may still be done."""
        return self.tool.client.usage.budget()

    def requests(self) -> Mapping[str, str]:
        """Return the manifest's requests by name."""
        return trying.requests(self.tool)

    def try_request(self, name: str, given: Mapping[str, str], *, send: bool) -> Mapping[str, Any]:
        """Show one request and, if it is sent, what was made of the answer."""
        return trying.tried(self.tool, name, given, send=send)


def _told(pages: Iterator[_Item]) -> Iterator[_Item]:
    """Yield what is read; a request that the tool refuses is a mistake in the manifest, or a right that is missing."""
    try:
        yield from pages
    except Declined as declined:
        raise _mistaken(declined) from declined


def _mistaken(declined: Declined) -> ConfigError:
    advice = "Correct the request in the manifest; casebridge http try shows what is answered."
    return ConfigError(f"{declined} {advice}")


def _kind(base: type[HttpTarget], loaded: Loaded) -> type[HttpTarget]:
    """Return a target that promises what its manifest does: promises are a matter of the class."""
    says = loaded.manifest
    promises = {
        name: Idempotency(
            Strategy.VENDOR_HEADER if each.repeatable else Strategy.READ_BACK, timedelta(seconds=each.settle_after)
        )
        for name, each in says.objects.items()
    }
    own = {
        "idempotency": {**base.idempotency, **promises},
        "publish_gesture": says.publish_gesture,
        "__doc__": base.__doc__,
    }
    return type(base.__name__, (base,), own)
