"""How Alembic runs our revisions: on the connection that it is given, in that connection's transaction."""

from __future__ import annotations

from alembic import context

from bridge.store.migrate import VERSION_TABLE
from bridge.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
