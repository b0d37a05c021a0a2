"""Values as Zendesk writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridge.nouns import FieldSchema, Json

CUSTOM, OF_USER = "custom_fields.", "user_fields."
"""What the names of an account's own fields begin with, of tickets and of users."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(value: str | float) -> datetime:
    """Read a time, ISO 8601 or seconds since 1970."""
    if isinstance(value, (int, float)):
        return _EPOCH + timedelta(seconds=value)
    return datetime.fromisoformat(value).astimezone(UTC)


def instant(at: datetime) -> str:
    """Write a time."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def stored(field: FieldSchema, value: Json) -> Json:
    """Return a value as the API takes it."""
    if field.type == "datetime" and value:
        return instant(value if isinstance(value, datetime) else moment(str(value)))
    if field.type == "reference" and value not in (None, ""):
        return int(value)
    return list(value) if isinstance(value, tuple) else value


def body_of(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields as a record of the API: an account's own fields stand below it."""
    plain = {name: value for name, value in fields.items() if not name.startswith((CUSTOM, OF_USER))}
    custom = [
        {"id": int(name.removeprefix(CUSTOM)), "value": value}
        for name, value in fields.items()
        if name.startswith(CUSTOM)
    ]
    of_user = {name.removeprefix(OF_USER): value for name, value in fields.items() if name.startswith(OF_USER)}
    return {**plain, **({"custom_fields": custom} if custom else {}), **({"user_fields": of_user} if of_user else {})}


def readable(row: dict[str, Any]) -> dict[str, Any]:
    """Return a record's fields as our mappings write them: references are text."""
    fields = {name: value for name, value in row.items() if name not in ("custom_fields", "user_fields")}
    fields |= {name: str(value) for name, value in row.items() if name.endswith("_id") and isinstance(value, int)}
    fields |= {f"{CUSTOM}{one['id']}": one["value"] for one in row.get("custom_fields") or ()}
    return fields | {f"{OF_USER}{name}": value for name, value in (row.get("user_fields") or {}).items()}
