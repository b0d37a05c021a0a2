"""Render claimed records: values from the store, the target's mapping over them, write modes, the frozen body."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.app import Persons
from bridge.errors import Refused
from bridge.mapping.target import choose
from bridge.nouns import Amendment, AmendmentKind, Record, Reference, Refusal, Thing
from bridge.outbox import past
from bridge.outbox import values as store_values
from bridge.outbox.body import PAST, fingerprint, freeze_amendment, freeze_record
from bridge.outbox.files import attached
from bridge.outbox.hints import hints
from bridge.outbox.known import message_of
from bridge.outbox.record import MERGED_FROM, OBJECT, Linked, Same, Unneeded
from bridge.outbox.wording import DELETED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.engine import Row

    from bridge.app import TargetSetup
    from bridge.mapping.entries import TargetFieldEntry
    from bridge.mapping.target import TargetMapping
    from bridge.nouns import FileContent
    from bridge.outbox.claim import Claim
    from bridge.outbox.order import Refs
    from bridge.outbox.run import Run
    from bridge.outbox.values import Rows


FORGOTTEN = "its text was deleted after the time for which it is kept"


class Words(Enum):
    """What becomes of a case's fields that hold what people wrote, once the case stands in the target."""

    AS_MAPPED = auto()
    LEFT = auto()
    """The text was deleted here after its time: they stay there as they stand."""
    COVERED = auto()
    """Its author deleted it on the network: they are written without it, also those that are the agents' otherwise."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A claim with the body that it is to be sent with."""

    claim: Claim
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """A claim that needs no sending, or cannot be rendered."""

    claim: Claim
    outcome: Same | Linked | Unneeded | Refusal


Result: TypeAlias = Rendered | Done


def render(run: Run, thing: str, claims: Sequence[Claim]) -> Iterator[Result]:
    """Yield a result for each claim, in order. A record that cannot be rendered is refused and stops no other."""
    if not claims:
        return
    if thing == "amendment":
        yield from (_amendment(claim) for claim in claims)
        return
    mappings = run.setup.mappings[Thing(thing)]
    wants = frozenset[str]().union(*(each.paths for each in mappings))
    with run.app.store.read() as connection:
        rows = store_values.load(connection, thing, claims, wants=wants)
    hint = hints(run.app, rows, publish=run.setup.publish) if "case.reply_hint" in wants else {}
    batch = _Batch(run, mappings, rows, hint)
    along = _past(run, claims, rows) if thing == Thing.CASE else {}
    for claim in claims:
        try:
            yield _with_past(batch.one(claim), along.get(claim.id))
        except Refused as error:
            yield Done(claim, Refusal(str(error), error.field or "", "mapping"))
        except Exception as error:  # noqa: BLE001 - a plugin's or our own fault with one record must not stop the others
            yield Done(claim, Refusal(f"The mapping failed: {type(error).__name__}: {error}", "", "mapping"))


def _past(run: Run, claims: Sequence[Claim], rows: Rows) -> dict[int, list[Mapping[str, Any]]]:
    """Return for each case that is history the bodies of its messages; one that cannot be rendered comes later by itself."""
    theirs = past.claims(run, claims, rows)
    every = [each for several in theirs.values() for each in several]
    bodies = {one.claim.id: one.body for one in render(run, Thing.MESSAGE, every) if isinstance(one, Rendered)}
    return {id_: [bodies[each.id] for each in several if each.id in bodies] for id_, several in theirs.items()}


def _with_past(result: Result, bodies: list[Mapping[str, Any]] | None) -> Result:
    if bodies is None or not isinstance(result, Rendered):
        return result
    return Rendered(result.claim, {**result.body, PAST: bodies})


class _Batch:
    """Renders the records of one batch; what several messages of a case share is made once."""

    def __init__(self, run: Run, mappings: Sequence[TargetMapping], rows: Rows, hint: Mapping[int, str]) -> None:
        self._setup: TargetSetup = run.setup
        self._folder = run.app.folder
        self._mappings = mappings
        self._thing = mappings[0].thing
        self._rows = rows
        self._hint = hint
        self._shared: dict[int, dict[str, Any]] = {}

    def one(self, claim: Claim) -> Result:
        """Render one claim."""
        match self._thing:
            case Thing.PERSON:
                return self._person(claim)
            case Thing.PROFILE:
                return self._profile(claim)
            case Thing.CASE:
                if MERGED_FROM in (claim.row.spec or {}):  # the survivor's fields are the agents'
                    return Done(claim, Same())
                first = self._rows.first.get(claim.row.case_id)
                values = self._of_case(claim.row.case_id)
                return self._record(claim, values, _references(claim.refs), words=_words(first))
            case Thing.MESSAGE:
                return self._message(claim)

    def _person(self, claim: Claim) -> Result:
        row = self._rows.customers.get(claim.row.subject_id)
        if row is None:
            return Done(claim, Unneeded("the customer is another one by now"))
        spec = claim.row.spec or {}
        existing = store_values.person_refs(row).get(self._setup.name, "")
        if existing and (not claim.row.ref or spec.get("linked")):
            return Done(claim, Linked(existing))
        if spec.get("linked"):
            return Done(claim, Same())
        if not claim.row.ref and not spec.get("requested") and not wants_contact(self._setup, row, self._rows):
            return Done(claim, Unneeded("public contact only: no record of the person is made (persons: link)"))
        return self._record(claim, store_values.customer_values(row), {})

    def _profile(self, claim: Claim) -> Result:
        row = self._rows.authors.get(claim.row.subject_id)
        if row is None:
            return Done(claim, Refusal("The profile is not in the store any more.", "", "missing"))
        refs = _references(claim.refs)
        if "person" not in refs and any(each.ref and each.required for each in self._fields()):
            return Done(claim, Unneeded("there is no record of the person that it would belong to"))
        customer = self._rows.customers.get(self._rows.customer_of.get(row.id, 0))
        values = {**store_values.customer_values(customer), **store_values.profile_values(row, claim.row.key)}
        return self._record(claim, values, refs)

    def _fields(self) -> Iterator[TargetFieldEntry]:
        for mapping in self._mappings:
            yield from mapping.fields.values()

    def _message(self, claim: Claim) -> Result:
        row = self._rows.messages.get(claim.row.subject_id)
        if row is None:
            return Done(claim, Refusal("The message is not in the store any more.", "", "missing"))
        if row.deleted_at is not None or row.text is None:
            return Done(claim, Same() if claim.row.ref else Unneeded(DELETED if row.deleted_at else FORGOTTEN))
        own = store_values.message_values(row, claim.row.key, self._rows, self._setup.stale_answer)
        case = self._rows.cases[claim.row.case_id]
        refs = {"case": Reference(Thing.CASE, case.key, claim.refs.case), **_references(claim.refs)}
        files = attached(self._rows.files.get(row.id, ()), self._folder)
        return self._record(claim, {**self._of_case(claim.row.case_id), **own}, refs, claim.refs.case, files)

    def _of_case(self, case_id: int) -> dict[str, Any]:
        values = self._shared.get(case_id)
        if values is None:
            row = self._rows.cases[case_id]
            customer = self._rows.customers.get(row.customer_id)
            values = {
                **store_values.customer_values(customer),
                **store_values.case_values(row, self._rows, self._hint.get(case_id, "")),
            }
            self._shared[case_id] = values
        return values

    def _record(
        self,
        claim: Claim,
        values: Mapping[str, Any],
        refs: Mapping[str, Reference],
        parent: str = "",
        files: tuple[FileContent, ...] = (),
        words: Words = Words.AS_MAPPED,
    ) -> Result:
        """Apply the mapping and the write modes; nothing to write where the target has it already."""
        row = claim.row
        mapping = self._chosen(row, values)
        if mapping is None:
            return Done(claim, Same())
        rendered = mapping.render(values, refs)
        if rendered.skipped is not None:
            return Done(claim, Same() if row.ref else Unneeded(rendered.skipped))
        stands = rendered.create_only
        if words is not Words.AS_MAPPED:
            stands = stands | mapping.worded if words is Words.LEFT else stands - mapping.worded
        later = {name: value for name, value in rendered.fields.items() if name not in stands}
        seen = fingerprint({**later, " files": [file.key for file in files]})
        if row.ref and (seen == row.delivered_hash or not (later or files)):
            return Done(claim, Same())
        record = Record(
            thing=self._thing,
            object=mapping.object,
            key=row.key,
            key_field=mapping.key_field,
            fields=later if row.ref else rendered.fields,
            ref=row.ref,
            fill_if_empty=rendered.fill_if_empty & later.keys() if row.ref else frozenset(),
            parent=parent,
            files=files,
        )
        body = freeze_record(record, seen)
        return Rendered(claim, body | {"several": True} if len(self._mappings) > 1 else body)

    def _chosen(self, row: Row[Any], values: Mapping[str, Any]) -> TargetMapping | None:
        """Return the mapping to use: what stands keeps its object; None if that is not mapped any more."""
        standing = (row.spec or {}).get(OBJECT)
        mappings = [each for each in self._mappings if standing in (None, each.object)]
        return choose(mappings, values) if mappings else None


def _words(first: Row[Any] | None) -> Words:
    """Tell what becomes of the words of a case, by the message that it is described by."""
    if first is None:
        return Words.AS_MAPPED
    return Words.COVERED if first.deleted_at is not None else Words.LEFT if first.text is None else Words.AS_MAPPED


def _references(refs: Refs) -> dict[str, Reference]:
    """Return the records that are referred to and stand there."""
    found = {}
    if refs.person:
        found["person"] = Reference(Thing.PERSON, refs.person_key, refs.person)
    if refs.profile:
        found["profile"] = Reference(Thing.PROFILE, refs.profile_key, refs.profile)
    return found


def wants_contact(setup: TargetSetup, customer: Any, rows: Rows) -> bool:  # noqa: ANN401 - a customer's row
    """Tell whether a person record is made: always, or only for private contact with a mail address or phone number."""
    if setup.persons is Persons.CREATE:
        return True
    golden = customer.golden or {}
    return customer.id in rows.private and bool(golden.get("email") or golden.get("phone"))


def _amendment(claim: Claim) -> Result:
    spec = claim.row.spec or {}
    kind = AmendmentKind(spec["kind"])
    amendment = Amendment(
        kind=kind,
        thing=Thing.MESSAGE if message_of(spec) is not None else Thing.CASE,
        ref=claim.refs.case,
        key=claim.row.key,
        other_ref=claim.refs.other,
        text=spec.get("text", ""),
    )
    return Rendered(claim, freeze_amendment(amendment))
