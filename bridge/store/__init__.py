"""The store: SQLModel tables on SQLite or PostgreSQL, and the only place that knows SQL dialects."""
