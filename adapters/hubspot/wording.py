"""HubSpot's refusals in plain words, each with what to do about it: a menu path, a command, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = "Settings > Integrations > Service Keys"
_MAP = "in the mapping, then run casebridge mapping check"
_STAGES = "see Settings > Objects > Tickets > Pipelines"
_PEOPLE = "{name} is nobody who can own records: choose an active user under Settings > Users & Teams"
_REQUIRED = f"{{name}} is required in this account (Settings > Properties): fill it {_MAP}"
_LONG = f"the value of {{name}} is too long for HubSpot: cut it (truncate) {_MAP}"
_FIXED = f"{{name}} is read-only in HubSpot: take it out {_MAP}"
_DOUBLE = "a record with the same unique value stands there already: {said}. Run casebridge sync, so that its contacts are read, then decide with casebridge customers suggestions"
OTHERWISE = "HubSpot refused it: {said}. When that is mended, run casebridge deliveries retry"
SENTENCES: Mapping[str, str] = {
    "PROPERTY_DOESNT_EXIST": f"HubSpot has no property {{name}}: create it under Settings > Properties, or take it out {_MAP}",
    "INVALID_OPTION": f"{{name}} does not offer that option ({{said}}): add it under Settings > Properties > {{name}}, or map to one that is there {_MAP}",
    "INVALID_EMAIL": f"{{name}} holds no valid mail address, says HubSpot: correct it at the source, or leave it out {_MAP}",
    "INVALID_INTEGER": f"{{name}} takes a whole number: convert it (type: integer) {_MAP}",
    "INVALID_LONG": f"{{name}} takes a number or a time: convert it (type, parse_time) {_MAP}",
    "INVALID_DOUBLE": f"{{name}} takes a number: convert it (type: number) {_MAP}",
    "INVALID_DATE": f"{{name}} takes a date: convert it (parse_time) {_MAP}",
    "INVALID_DATE_TIME": f"{{name}} takes a time: convert it (parse_time) {_MAP}",
    "INVALID_BOOLEAN": f"{{name}} takes true or false: convert it {_MAP}",
    "INVALID_PHONE_NUMBER": f"{{name}} holds no valid phone number, says HubSpot: correct it at the source, or leave it out {_MAP}",
    "INVALID_OWNER_ID": _PEOPLE,
    "OWNER_DOES_NOT_EXIST": _PEOPLE,
    "READ_ONLY_VALUE": _FIXED,
    "PROPERTY_IS_READ_ONLY": _FIXED,
    "PROPERTY_VALUE_TOO_LONG": _LONG,
    "VALUE_TOO_LONG": _LONG,
    "MISSING_REQUIRED_PROPERTY": _REQUIRED,
    "REQUIRED_PROPERTY_MISSING": _REQUIRED,
    "REQUIRED_PROPERTY": _REQUIRED,
    "CONFLICTING_UNIQUE_VALUE": "another record has that value of {name} already ({said}): correct one of the two in HubSpot, then run casebridge deliveries retry",
    "INVALID_PIPELINE": f"there is no such pipeline: {_STAGES}, and correct hs_pipeline {_MAP}",
    "INVALID_PIPELINE_STAGE": f"there is no such stage in that pipeline: {_STAGES}, and correct hs_pipeline_stage {_MAP}",
    "PROPERTY_VALIDATION_RULE_FAILED": "a validation rule of this account refuses {name}: {said}. An admin sees it under Settings > Properties > {name} > Rules",
    "GDPR_BLACKLISTED": "the person with this {name} was deleted for good in HubSpot and asked not to be kept: leave them out (casebridge deliveries drop)",
    "INVALID_ASSOCIATION_TYPE": "HubSpot does not take that kind of association: run casebridge check",
}
"""HubSpot's codes → what to do about it."""
BY_CATEGORY: Mapping[str, str] = {
    "VALIDATION_ERROR": f"HubSpot does not take it as it is ({{said}}): correct it {_MAP}",
    "OBJECT_NOT_FOUND": "what it belongs to is not there any more ({said}): look for it in HubSpot, or run casebridge deliveries drop",
    "CONFLICT": _DOUBLE,
    "OBJECT_ALREADY_EXISTS": _DOUBLE,
    "INVALID_PROPERTY": f"HubSpot does not take a property as it is ({{said}}): correct it {_MAP}",
    "MISSING_SCOPES": f"the credentials may not do that ({{said}}): add the scope under {KEYS}, then run casebridge check",
}
