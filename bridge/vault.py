"""The vault: the safes of all connections, encrypted in the store.

The key comes from the environment, or from a file that is made beside the project file when it is first needed; a backup
of the store alone opens nothing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import select

from bridge import lease
from bridge.errors import AuthError, ConfigError
from bridge.safe import Safe, Secrets
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from cryptography.fernet import Fernet

    from bridge.clock import Clock
    from bridge.store.store import Store

KEY_FILE = "vault.key"
_PATIENCE = 60.0
"""Seconds to wait for another process that signs in at this moment."""
_NEEDED = "Tokens are kept encrypted, for which the package cryptography is needed: pip install 'casebridge[vault]'."
_V = schema.vault.c


class Vault:
    """Opens the safe of a connection."""

    def __init__(self, store: Store, clock: Clock, folder: Path, key: str = "") -> None:
        """Open nothing; ``key`` is the one from the environment, if that names one."""
        self._store, self._clock, self._folder, self._key = store, clock, folder, key

    def safe(self, connection: str) -> StoreSafe:
        """Return the safe of a connection."""
        return StoreSafe(self._store, self._clock, connection, self._cipher)

    def ends(self) -> Mapping[str, datetime]:
        """Return until when the sign-in of each connection lasts, where that is known; opens no safe."""
        query = select(_V.connection, _V.lasts_until).where(_V.lasts_until.is_not(None))
        with self._store.read() as connection:
            return {row.connection: row.lasts_until for row in connection.execute(query)}

    def _cipher(self) -> Fernet:
        try:
            from cryptography.fernet import Fernet  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigError(_NEEDED) from error
        try:
            return Fernet(self._key or self._own_key(Fernet.generate_key))
        except ValueError:
            message = (
                "The key of the vault is none: give CASEBRIDGE_VAULT_KEY 32 bytes in URL-safe base64, or leave it out."
            )
            raise ConfigError(message) from None  # the cause may quote the key

    def _own_key(self, generate: Callable[[], bytes]) -> bytes:
        """Return the key in the file, which only its owner may read; made by whoever comes first."""
        file = self._folder / KEY_FILE
        if not file.exists():
            with NamedTemporaryFile(dir=self._folder, prefix=KEY_FILE) as out:  # only its owner may read it
                out.write(generate())
                out.flush()
                os.fsync(out.fileno())
                with suppress(FileExistsError):
                    os.link(out.name, file)  # of two that come at once, one is first, and neither sees half a key
        return file.read_bytes()


class StoreSafe(Safe):
    """One row of the store, sealed."""

    def __init__(self, store: Store, clock: Clock, connection: str, cipher: Callable[[], Fernet]) -> None:
        """Keep what ``connection`` signs in with."""
        self._store, self._clock, self._connection, self._cipher = store, clock, connection, cipher

    def read(self) -> Secrets:
        """Return what is kept. Raises ``AuthError`` if it was sealed with another key."""
        with self._store.read() as connection:
            row = connection.execute(select(schema.vault).where(_V.connection == self._connection)).first()
        if row is None:
            return Secrets()
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - an extra, which was there when this was sealed

        try:
            values = orjson.loads(self._cipher().decrypt(row.sealed.encode()))
        except InvalidToken:
            message = f"What {self._connection} signs in with was sealed with another key ({KEY_FILE}, or CASEBRIDGE_VAULT_KEY). Bring that back, or sign in anew: casebridge connect {self._connection}"
            raise AuthError(message) from None
        return Secrets(values, row.expires_at, row.lasts_until)

    def keep(self, secrets: Secrets) -> None:
        """Seal and write, in one transaction."""
        sealed = self._cipher().encrypt(orjson.dumps(dict(secrets.values))).decode()
        row = {
            "connection": self._connection,
            "sealed": sealed,
            "expires_at": secrets.expires_at,
            "lasts_until": secrets.lasts_until,
            "changed_at": self._clock.now(),
        }
        with self._store.write("vault.keep") as connection:
            bulk.upsert(connection, schema.vault, [row], key=("connection",))

    def renew(self, known: Secrets, renewing: Callable[[Secrets], Secrets]) -> Secrets:
        """Renew under a lease, unless another process has done it meanwhile."""
        with lease.hold(self._store, f"vault:{self._connection}", self._clock, patience=_PATIENCE):
            kept = self.read()
            if kept.values != known.values:
                return kept
            renewed = renewing(kept)
            self.keep(renewed)
            return renewed
