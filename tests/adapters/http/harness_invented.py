"""Three invented trackers, none like another, each connected by nothing but a manifest, for the conformance suite."""

from __future__ import annotations

from collections import UserDict
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.http.values import AMENDMENT, MARK
from bridge.nouns import Thing
from tests.adapters.http.connecting import connected, monday, provoke
from tests.conformance.harness import Cannot, FarRecord, Sample, Trouble
from tests.fakes.carried import Carried
from tests.fakes.invented import batchline, etagere, kreuzbrief

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.http.target import HttpTarget
    from tests.fakes.rest import House, Item

FOLDER = Path(__file__).parent / "invented"


class Samples(UserDict[Thing, Sample]):
    """Samples of what there is."""

    def __missing__(self, thing: Thing) -> Sample:
        reason = f"there is no {thing} in this tracker"
        raise Cannot(reason)


@dataclass(frozen=True, slots=True)
class Invented:
    """What of a harness differs from tracker to tracker."""

    name: str
    open: Callable[..., Any]
    samples: Samples
    secret: tuple[str, str]
    values: Mapping[str, str]
    ref: Callable[[Item], str]
    state: tuple[str, str, str]
    """The field of the status, and its values for open and closed."""
    told: Callable[[House, Item], dict[str, Any]]
    """What a record holds, as mappings name it, with ``key``, ``parent``, ``tags`` and ``links`` beside."""
    say: Callable[[Any, int, str, bool], Item]
    lags: bool = True


class InventedHarness:
    """An empty tracker."""

    def __init__(self, invented: Invented, folder: Path) -> None:
        self.invented, self.clock = invented, monday()
        self.samples, self.secrets = invented.samples, (invented.secret[1],)
        self.fake = invented.open(self.clock)
        self.wire = Carried(self.fake.app, self.clock)
        self.target: HttpTarget = connected(
            folder,
            self.clock,
            self.wire,
            invented.samples,
            manifest=str(FOLDER / invented.name / "manifest.yaml"),
            values={"host": "tracker.example", **invented.values},
            secrets={invented.secret[0]: SecretStr(invented.secret[1])},
        )
        self.target.check()

    def far(self, object_name: str) -> list[FarRecord]:
        return [self._far(item) for item in self.fake.of(object_name)]

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.JOB and hasattr(self.fake, "slow"):
            self.fake.slow = True
            return
        provoke(trouble, self.wire, self.fake.faults)
        if trouble is Trouble.UNAUTHORISED and hasattr(self.fake, "tokens"):  # a token is renewed once
            self.fake.faults.order("401")

    def lag(self) -> timedelta:
        if not self.invented.lags:
            reason = "nothing is searched there"
            raise Cannot(reason)
        self.fake.lag = timedelta(seconds=30)
        return timedelta(seconds=30)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        return self.invented.ref(self.invented.say(self.fake, _number(case_ref), text, public))

    def take_back(self, answer_id: str) -> None:
        self.fake.items[_number(answer_id)].deleted = True

    def status(self, case_ref: str, *, closed: bool) -> None:
        name, opened, over = self.invented.state
        self.fake.touch(self.fake.items[_number(case_ref)], self._agent, **{name: over if closed else opened})

    def delete(self, thing: Thing, ref: str) -> None:
        assert self.samples[thing]
        item = self.fake.items[_number(ref)]
        item.deleted = True
        self.fake.touch(item, self._agent)

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        assert self.samples[thing]
        item = self.fake.items[_number(loser)]
        item.merged_into = _number(winner)
        self.fake.touch(item, self._agent)

    def foreign_case(self, subject: str, permalink: str) -> str:
        made = {
            "etagere": {"head": {"summary": subject}, "body": {"markdown": f"See {permalink} please"}, "state": "fresh", "labels": [], "ext": {}, "ties": []},
            "batchline": {"title": subject, "text": f"See {permalink} please", "status": "new"},
            "kreuzbrief": {"subject": subject, "text": f"See {permalink} please", "phase": "offen"},
        }[self.invented.name]  # fmt: skip
        return self.invented.ref(self.fake.make(self.samples[Thing.CASE].object, made, self._agent))

    def foreign_person(self, name: str, email: str) -> str:
        assert self.samples[Thing.PERSON]
        return str(self.fake.make("people", {"label": name, "email": email}, self._agent).id)

    @property
    def _agent(self) -> str:
        agent: str = {"etagere": etagere.AGENT, "batchline": batchline.AGENT, "kreuzbrief": kreuzbrief.AGENT}[
            self.invented.name
        ]
        return agent

    def _far(self, item: Item) -> FarRecord:
        fields = self.invented.told(self.fake, item)
        key, parent, tags, links = (fields.pop(name, "") for name in ("key", "parent", "tags!", "links"))
        name, _, over = self.invented.state
        texts = [
            (self.invented.told(self.fake, each), each) for each in self.fake.items.values() if each.kind != item.kind
        ]
        mine = [told for told, _ in texts if told.get("parent") == self.invented.ref(item)]
        notes = [next(str(told[name]) for name in ("said.text", "text") if name in told) for told in mine]
        return FarRecord(
            ref=self.invented.ref(item),
            key=key or "",
            fields=fields,
            parent=parent or "",
            notes=tuple(AMENDMENT.sub("", note).strip() for note in notes),
            tags=tuple(tags or ()),
            links=tuple(links or ()) + tuple(word.strip(".") for note in notes for word in note.split()),
            closed=item.fields.get(name) == over,
            deleted=item.deleted,
            files=tuple(item.files),
        )


def _number(ref: str) -> int:
    digits = ref.rpartition("-")[2]
    return int(digits)


def _unmarked(text: str) -> tuple[str, str]:
    """Return a text without our mark, and the key in it."""
    found = MARK.search(text)
    return MARK.sub("", text), found[1] if found else ""


def _etagere(_: House, item: Item) -> dict[str, Any]:
    if item.kind == "notes":
        text, key = _unmarked(item.fields["text"])
        return {"said.text": text, "key": key, "parent": f"ETG-{item.fields['issue']}"}
    issue = item.fields
    return {
        "issue.head.summary": issue.get("head", {}).get("summary"),
        "issue.head.origin": issue.get("head", {}).get("origin"),
        "issue.body.markdown": issue.get("body", {}).get("markdown"),
        "issue.state": issue["state"],
        "issue.labels": issue["labels"],
        "key": issue["ext"].get("ref"),
        "tags!": issue["labels"],
        "links": issue["ties"],
    }


def _batchline(_: House, item: Item) -> dict[str, Any]:
    told = dict(item.fields)
    if item.kind == "entries":
        told["text"], key = _unmarked(told["text"])
        return {**told, "key": key, "parent": told["ticket"]}
    tags = str(told.get("tags") or "").split("\n")
    told |= {"tags": tags} if told.get("tags") else {}
    return {**told, "key": told.get("ref"), "tags!": tags}


def _kreuzbrief(_: House, item: Item) -> dict[str, Any]:
    text, key = _unmarked(item.fields.get("text", ""))
    told = {**item.fields, "text": text, "key": key}
    return {**told, "parent": f"{item.fields['ticket']:08d}"} if item.kind == "notes" else told


ETAGERE = Invented(
    name="etagere",
    open=etagere.Etagere,
    samples=Samples(
        {
            Thing.CASE: Sample(
                object="issues",
                key_field="issue.ext.ref",
                fields={
                    "issue.head.summary": "Router broken since Monday",
                    "issue.body.markdown": "It blinks red.",
                    "issue.state": "fresh",
                    "issue.labels": ["social", "router"],
                },
                changed={"issue.head.summary": "Router broken", "issue.labels": ["router"]},
                empty_field="issue.head.origin",
                filling="x",
                invalid={"issue.head.summary": "s" * 101, "issue.state": "resolved", "issue.labels": "router"},
                required="issue.head.summary",
            ),
            Thing.MESSAGE: Sample(
                object="notes",
                key_field="",
                fields={"said.text": "It blinks red."},
                changed={"said.text": "It blinks green."},
                empty_field="",
                filling="",
                invalid={"said.text": 7},
                required="said.text",
                parented=True,
            ),
        }
    ),
    secret=("key", etagere.KEY),
    values={},
    ref=lambda item: f"{'N' if item.kind == 'notes' else 'ETG'}-{item.id}",
    state=("state", "fresh", "shelved"),
    told=_etagere,
    say=lambda fake, case, text, public: fake.say(case, text, internal=not public),
)
BATCHLINE = Invented(
    name="batchline",
    open=batchline.Batchline,
    samples=Samples(
        {
            Thing.PERSON: Sample(
                object="people",
                key_field="ref",
                fields={"label": "Ada Kern", "email": "ada.kern@example.com"},
                changed={"label": "Ada Kern-Vogel"},
                empty_field="phone",
                filling="+4930123456",
                invalid={"label": "n" * 81, "email": 7},
                required="label",
            ),
            Thing.CASE: Sample(
                object="tickets",
                key_field="ref",
                fields={
                    "title": "Router broken since Monday",
                    "text": "It blinks red.",
                    "status": "new",
                    "tags": ["a", "b"],
                },
                changed={"title": "Router broken", "tags": ["b"]},
                empty_field="via",
                filling="x",
                invalid={"title": "t" * 81, "status": "resolved", "tags": "a"},
                required="title",
            ),
            Thing.MESSAGE: Sample(
                object="entries",
                key_field="",
                fields={"text": "It blinks red.", "visible": False},
                changed={"text": "It blinks green."},
                empty_field="via",
                filling="x",
                invalid={"visible": "yes"},
                required="text",
                parented=True,
            ),
        }
    ),
    secret=("client", batchline.SECRET),
    values={"tenant": batchline.TENANT},
    ref=lambda item: str(item.id),
    state=("status", "new", "over"),
    told=_batchline,
    say=lambda fake, case, text, public: fake.say(case, text, visible=public),
)
KREUZBRIEF = Invented(
    name="kreuzbrief",
    open=kreuzbrief.Kreuzbrief,
    samples=Samples(
        {
            Thing.CASE: Sample(
                object="tickets",
                key_field="",
                fields={"subject": "Router broken since Monday", "text": "It blinks red.", "phase": "offen"},
                changed={"subject": "Router broken"},
                empty_field="source",
                filling="x",
                invalid={"subject": "s" * 61, "phase": "resolved"},
                required="subject",
            ),
            Thing.MESSAGE: Sample(
                object="notes",
                key_field="",
                fields={"text": "It blinks red."},
                changed={"text": "It blinks green."},
                empty_field="",
                filling="",
                invalid={"text": 7},
                required="text",
                parented=True,
            ),
        }
    ),
    secret=("key", kreuzbrief.KEY),
    values={},
    ref=lambda item: f"{item.id:08d}",
    state=("phase", "offen", "zu"),
    told=_kreuzbrief,
    say=lambda fake, case, text, public: fake.say(case, text, hidden=not public),
    lags=False,
)
