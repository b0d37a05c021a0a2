"""JSON as a type."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value: null, bool, number, string, list or object."""
