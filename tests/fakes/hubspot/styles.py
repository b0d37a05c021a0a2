"""The same calls under two styles of path: ``/crm/v3/objects`` and, dated, ``/crm/objects/2026-09``."""

from __future__ import annotations

import re

DATES = ("2025-09", "2026-03", "2026-09")
_DATE = r"(?P<version>\d{4}-\d{2})"
_STYLES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"^/crm/(?P<part>objects|properties|pipelines|owners|imports|exports)/{_DATE}(?=/|$)", r"/crm/v3/\g<part>"),
        (rf"^/crm/associations/{_DATE}(?=/)", "/crm/v4/associations"),
        (rf"^/crm-object-schemas/{_DATE}/schemas", "/crm-object-schemas/v3/schemas"),
        (rf"^/account-info/{_DATE}(?=/)", "/account-info/v3"),
        (rf"^/automation/{_DATE}/flows", "/automation/v4/flows"),
        (rf"^/files/{_DATE}/files", "/files/v3/files"),
        (rf"^/oauth/{_DATE}/token", "/oauth/v1/token"),
        (rf"^/conversations/custom-channels/{_DATE}(?=/|$)", "/conversations/v3/custom-channels"),
        (rf"^/conversations/(conversations/)?{_DATE}(?=/)", "/conversations/v3/conversations"),
        (rf"^/webhooks-journal/journal/{_DATE}(?=/)", "/webhooks-journal/journal/v4"),
        (r"^/crm/v4/objects/(?P<version>)", "/crm/v3/objects/"),
        (r"^/oauth/v3/token(?P<version>)", "/oauth/v1/token"),
    )
)


def classic(path: str) -> tuple[str, str]:
    """Return the path in the older style without a slash at its end, and the date that it named."""
    path = path.rstrip("/")
    for pattern, replacement in _STYLES:
        found = pattern.search(path)
        if found and (not found["version"] or found["version"] in DATES):
            return pattern.sub(replacement, path), found["version"]
    return path, ""
