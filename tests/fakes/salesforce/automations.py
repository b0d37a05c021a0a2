"""What an org does by itself at a write: rules that refuse, rules that assign, flows that mail, history that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.salesforce.errors import ApiError

if TYPE_CHECKING:
    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.fields import SObject
    from tests.fakes.salesforce.org import DuplicateRule
    from tests.fakes.salesforce.world import Actor, World

TRACKED = ("Status", "Priority", "OwnerId", "ContactId", "Type", "Reason")


def validate(world: World, sobject: SObject, old: Json, new: Json) -> None:
    """Refuse what a validation rule finds broken; the first one speaks."""
    for rule in world.org.rules:
        if rule.sobject == sobject.name and rule.broken(new, old):
            raise ApiError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, [rule.field] if rule.field else [])


def question_duplicates(world: World, sobject: SObject, old: Json, new: Json, actor: Actor) -> None:
    """Refuse what looks like a row that exists, unless the rule only asks and the caller said yes beforehand."""
    for rule in world.org.duplicates:
        changed = any(old.get(name) != new.get(name) for name in rule.fields)
        if rule.sobject != sobject.name or not changed or (actor.allow_save and not rule.blocks):
            continue
        same = _same(world, sobject, rule, new)
        if same:
            raise _duplicates(sobject, rule, same)


def _same(world: World, sobject: SObject, rule: DuplicateRule, new: Json) -> list[Json]:
    """Return the other rows that are equal in all the rule's fields."""
    if not all(new.get(name) for name in rule.fields):
        return []
    indexed = next((name for name in rule.fields if sobject.fields[name].indexed), None)
    rows = world.db.find(sobject, sobject.fields[indexed], new[indexed]) if indexed else world.db.rows(sobject)
    wanted = [str(new[name]).casefold() for name in rule.fields]
    return [
        row
        for row in rows
        if row["Id"] != new["Id"] and [str(row.get(name)).casefold() for name in rule.fields] == wanted
    ]


def _duplicates(sobject: SObject, rule: DuplicateRule, same: list[Json]) -> ApiError:
    """Return the refusal, with the rows that match."""
    matches = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {
                "attributes": {"type": sobject.name, "url": f"/services/data/sobjects/{sobject.name}/{row['Id']}"},
                "Id": row["Id"],
            },
        }
        for row in same
    ]
    matched = {
        "entityType": sobject.name,
        "errors": [],
        "matchEngine": "ExactMatchEngine",
        "matchRecords": matches,
        "rule": rule.name,
        "size": len(matches),
        "success": True,
    }
    result = {
        "allowSave": not rule.blocks,
        "duplicateRule": rule.name,
        "duplicateRuleEntityType": sobject.name,
        "errorMessage": "Use one of these records?",
        "matchResults": [matched],
    }
    return ApiError("DUPLICATES_DETECTED", "Use one of these records?", extra={"duplicateResult": result})


def assign(world: World, sobject: SObject, row: Json, actor: Actor) -> Json:
    """Return the row with the owner that the assignment rule gives; at updates too, unless the caller said no."""
    queue = world.org.assignment(row) if sobject.name == "Case" and actor.auto_assign else None
    return {**row, "OwnerId": world.names[queue]} if queue else row


def mail(world: World, sobject: SObject, old: Json, new: Json, actor: Actor) -> None:
    """Let every flow of the object say whom to mail."""
    case = world.row(new.get("ParentId")) or {}
    seen = {"ContactEmail": case.get("ContactEmail"), **new} if sobject.name != "Case" else new
    for flow in world.org.flows:
        address = flow.address(old, seen) if flow.sobject == sobject.name else None
        if address:
            world.mail(address, flow.subject, flow.name, new["Id"], actor)


def keep_history(world: World, sobject: SObject, old: Json, new: Json, actor: Actor) -> None:
    """Write down what changed on a case; a change of owner or contact takes two rows, one of ids and one of names."""
    if sobject.name != "Case":
        return
    rows: list[tuple[str, str, object, object]] = [] if old else [("created", "Text", None, None)]
    for name in TRACKED if old else ():
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        linked = sobject.fields[name].kind == "reference"
        label = name.removesuffix("Id") if linked else name
        rows.append((label, "EntityId" if linked else "DynamicEnum", before, after))
        if linked:
            names = [(world.row(record) or {}).get("Name") for record in (before, after)]
            rows.append((label, "Text", names[0], names[1]))
    history = world.org.objects["CaseHistory"]
    for label, kind, before, after in rows:
        row = world.blank(history, actor) | {
            "CaseId": new["Id"],
            "Field": label,
            "DataType": kind,
            "OldValue": before,
            "NewValue": after,
        }
        world.db.put(history, row | {"Id": world.db.mint(history)})
