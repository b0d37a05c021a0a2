"""Which property values HubSpot takes, and what it says of the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.fakes.hubspot.errors import Declined, Problem, invalid, invalid_values
from tests.fakes.hubspot.times import iso, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bridge.nouns import Json
    from tests.fakes.hubspot.definitions import ObjectType, Property
    from tests.fakes.hubspot.portal import Item, Portal

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def texts(given: Mapping[str, Json]) -> dict[str, str]:
    """Return the values as HubSpot stores them: all are texts; raises ``Declined`` for lists and objects."""
    if not isinstance(given, dict):
        raise invalid("Invalid input JSON on line 1, column 1: properties must be an object")
    return {name: _text(name, value) for name, value in given.items()}


def _text(name: str, value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, str | int | float):
        return "" if value is None else str(value)
    kind = "Object" if isinstance(value, dict) else "Array"
    raise invalid(
        f"Invalid input JSON on line 1, column 1: Cannot deserialize value of type `java.lang.String` from {kind} value"
        f' (through reference chain: ["properties"]["{name}"])'
    )


def acceptable(portal: Portal, kind: ObjectType, given: Mapping[str, str], item: Item | None) -> dict[str, str]:
    """Return the values in the form in which they are stored; raises ``Declined`` naming every problem."""
    problems = [problem for name, value in given.items() for problem in _problems(portal, kind, name, value, item)]
    if problems:
        raise invalid_values(portal.org.portal_id, problems)
    for name, value in given.items():
        _check_unique(portal, kind, kind.properties[name], value, item)
    stored = {name: _stored(kind.properties[name], value) for name, value in given.items()}
    _check_stage(portal, kind, {**(item.properties if item else {}), **stored})
    return stored


def _problems(portal: Portal, kind: ObjectType, name: str, value: str, item: Item | None) -> Iterator[Problem]:
    found = kind.live.get(name)
    if found is None:
        yield Problem(name, f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST")
        return
    if found.read_only:
        yield Problem(name, f'"{name}" is a read only property; its value cannot be set.', "READ_ONLY_VALUE")
        return
    if name == "hs_marketable_status":
        portal.marketing_attempts.append(item.id if item else "new")
        yield Problem(name, f'"{name}" cannot be set by this integration.', "READ_ONLY_VALUE")
        return
    if len(value) > found.length:
        message = f"{name} is too long: {len(value)} characters, at most {found.length} are allowed."
        yield Problem(name, message, "PROPERTY_VALUE_TOO_LONG")
    if value:
        yield from _CHECKS.get(found.type, _no_problem)(portal, found, value)
    for rule in portal.org.rules:
        if (rule.object, rule.property) == (kind.name, name) and not rule.accepts(value):
            yield Problem(name, rule.message, "PROPERTY_VALIDATION_RULE_FAILED")


def _no_problem(portal: Portal, found: Property, value: str) -> Iterator[Problem]:
    if found.name == "email" and found.unique:
        if not _EMAIL.fullmatch(value):
            yield Problem(found.name, f"Email address {value} is invalid", "INVALID_EMAIL")
        elif value.casefold() in portal.blocked_emails:
            yield Problem(found.name, "email has been GDPR blacklisted", "GDPR_BLACKLISTED")


def _number(_: Portal, found: Property, value: str) -> Iterator[Problem]:
    try:
        float(value)
    except ValueError:
        yield Problem(found.name, f"{value} was not a valid number.", "INVALID_DOUBLE")


def _moment(_: Portal, found: Property, value: str) -> Iterator[Problem]:
    try:
        moment(value)
    except (ValueError, OverflowError):
        yield Problem(found.name, f"{value} was not a valid long.", "INVALID_LONG")


def _choice(portal: Portal, found: Property, value: str) -> Iterator[Problem]:
    allowed = EXTERNAL[found.name](portal) if found.name in EXTERNAL else found.options
    chosen = value.split(";") if found.field_type == "checkbox" else [value]
    for one in chosen:
        if one not in allowed:
            shown = ", ".join(f'label: "{label}"\nvalue: "{key}"\n' for key, label in allowed.items())
            yield Problem(found.name, f"{one} was not one of the allowed options: [{shown}]", "INVALID_OPTION")


_CHECKS: dict[str, Callable[[Portal, Property, str], Iterator[Problem]]] = {
    "string": _no_problem,
    "number": _number,
    "datetime": _moment,
    "date": _moment,
    "enumeration": _choice,
}


def _owners(portal: Portal) -> dict[str, str]:
    return {owner.id: owner.email for owner in portal.owners.values() if not owner.archived}


def _pipelines(portal: Portal) -> dict[str, str]:
    return {pipeline.id: pipeline.label for pipeline in portal.pipelines.values()}


def _stages(portal: Portal) -> dict[str, str]:
    return {stage.id: stage.label for pipeline in portal.pipelines.values() for stage in pipeline.stages}


EXTERNAL: dict[str, Callable[[Portal], dict[str, str]]] = {
    "hubspot_owner_id": _owners,
    "hs_pipeline": _pipelines,
    "hs_pipeline_stage": _stages,
}
"""Picklists whose options are not in their definition."""


def _check_stage(portal: Portal, kind: ObjectType, values: Mapping[str, str]) -> None:
    """Refuse a stage of another pipeline than the ticket's."""
    stage, pipeline = values.get("hs_pipeline_stage", ""), values.get("hs_pipeline") or "0"
    if kind.name != "tickets" or not stage:
        return
    stages = [one.id for one in portal.pipelines[pipeline].stages] if pipeline in portal.pipelines else []
    if stage not in stages:
        message = f"Pipeline stage {stage} is not in pipeline {pipeline}. Valid stages are: {stages}"
        raise invalid_values(portal.org.portal_id, [Problem("hs_pipeline_stage", message, "INVALID_PIPELINE_STAGE")])


def _check_unique(portal: Portal, kind: ObjectType, found: Property, value: str, item: Item | None) -> None:
    """Refuse a value that another record has; contacts and e-mails have words of their own."""
    holder = portal.holder(kind.name, found.name, value) if found.unique and value else None
    if holder is None or (item is not None and holder.id == item.id):
        return
    if found.name == "email":
        raise Declined(409, "CONFLICT", f"Contact already exists. Existing ID: {holder.id}")
    if portal.org.conflict_status == 409:
        message = f"A {kind.singular} with the {found.name} '{value}' already exists. Existing ID: {holder.id}"
        raise Declined(409, "CONFLICT", message)
    message = (
        f"Cannot set PropertyValueCoordinates{{portalId={portal.org.portal_id}, objectTypeId={kind.id}, "
        f"objectId={item.id if item else 0}, propertyName={found.name}, value={value}}}. "
        f"{holder.id} already has that value."
    )
    raise invalid_values(portal.org.portal_id, [Problem(found.name, message, "CONFLICTING_UNIQUE_VALUE")])


def _stored(found: Property, value: str) -> str:
    if value and found.type in {"datetime", "date"}:
        return iso(moment(value))
    return value.casefold() if found.name == "email" and found.unique else value
