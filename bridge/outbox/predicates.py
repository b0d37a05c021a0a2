"""Conditions on deliveries that are written so that the right index serves them."""

from __future__ import annotations

from sqlalchemy import text

OPEN = text(
    "(delivery.state = 'pending' OR delivery.state = 'sending' "
    "OR delivery.state = 'accepted' OR delivery.state = 'unknown')"
)
"""Word for word the condition of the partial index, without which it is not used."""

STANDS = text("delivery.ref <> ''")
"""The condition of the index on ``ref``: name it wherever deliveries are sought by their ref."""
