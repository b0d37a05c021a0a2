"""Write the first migration from ``bridge/store/tables``: until the first release there is only one.

``make migration``; afterwards read the difference as if it were code, for it is.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import BigInteger, Text, create_engine
from sqlmodel.sql.sqltypes import AutoString

from bridge.store import migrate
from bridge.store.tables import Table
from bridge.store.types import JsonText, UTCTime

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext

FILE = Path(migrate.__file__).parent / "migrations" / "versions" / f"{migrate.HEAD}_initial.py"

_HEAD = f'''"""The first schema.

Types are written out here and not taken from ``bridge.store``: what a migration did must not change later.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{migrate.HEAD}"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:  # noqa: PLR0915 - one statement for each table and index
    """Create all tables."""
    '''

_NAMES = {UTCTime: "TIME", JsonText: "sa.Text()", Text: "sa.Text()", AutoString: "sa.String()", BigInteger: "ID"}


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic's hook
    """Render our column types by what they are in a database."""
    return _NAMES.get(type(item), False) if kind == "type" else False


def written() -> str:
    """Return the source of a migration from nothing to the tables."""
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": Table.metadata})
        operations = produce_migrations(context, Table.metadata).upgrade_ops
        if operations is None:
            message = "there are no tables"
            raise ValueError(message)
        code = render_python_code(operations, render_item=render_item).splitlines()
        return _HEAD + "\n".join(line for line in code if not line.lstrip().startswith("#")).lstrip() + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
    for action in (("check", "--fix"), ("format",)):
        subprocess.run([sys.executable, "-m", "ruff", *action, "--quiet", str(FILE)], check=True)
