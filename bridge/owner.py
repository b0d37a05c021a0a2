"""Whose store this is: one organisation's, in one environment. Both are part of every key in targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.errors import ConfigError
from bridge.store.settings import read_setting, write_setting

if TYPE_CHECKING:
    from bridge.app import App

_OWNER = "owner"


def check(app: App) -> bool:
    """Tell whether the store is this project's; False if it is nobody's yet. Raises ``ConfigError`` if it is another's."""
    with app.store.read() as connection:
        owner = read_setting(connection, _OWNER)
    if owner is None:
        return False
    if owner != _of(app):
        message = (
            f"the store was made for {' / '.join(owner)}, and the project is {' / '.join(_of(app))} now. Organisation and "
            "environment are part of every key, so all records would be created in the targets once more. "
            "Set them back, or name another `store`."
        )
        raise ConfigError(message)
    return True


def claim(app: App) -> None:
    """Make a new store this project's. Raises ``ConfigError`` as ``check`` does."""
    if not check(app):
        with app.store.write("owner") as connection:
            write_setting(connection, _OWNER, _of(app))


def _of(app: App) -> list[str]:
    return [app.organisation, app.environment]
