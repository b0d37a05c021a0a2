"""What a pretend Mastodon server answers where something is wrong."""

from __future__ import annotations

WORDS = {
    401: "The access token is invalid",
    404: "Record not found",
    422: "Validation failed",
    429: "Too many requests",
    500: "An unexpected error occurred",
}


class Wrong(Exception):
    """An error as the server tells it."""

    def __init__(self, status: int, words: str = "") -> None:
        """Carry status and words."""
        self.status, self.words = status, words or WORDS[status]
        super().__init__(self.words)
