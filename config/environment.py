"""What the environment sets: variables of ours, and those that a project file takes with ``${NAME}``."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "CASEBRIDGE_"
FILE = "casebridge.yaml"
_ENCODING = "utf-8-sig"
"""Some editors begin a file with a byte order mark."""


class Environment(BaseSettings):
    """Variables that begin with ``CASEBRIDGE_``, from the environment, else from ``.env`` beside the project file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, env_file_encoding=_ENCODING, extra="ignore", frozen=True
    )

    project: Path = Field(default=Path(), description="Project folder or project file, where `--project` names none.")
    environment: str = Field(
        default="",
        description="Wins over `environment` of the project file, so that one file serves staging and production, each with a `store` of its own.",
    )
    vault_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key of the vault of tokens: 32 bytes in URL-safe base64. Without it, the file vault.key beside the project file is made and used.",
    )
    log_level: Literal["debug", "info", "warning", "error"] | None = Field(
        default=None,
        description="What is logged on stderr; warnings and worse unless said, with `json` all from info on.",
    )
    log_format: Literal["text", "json"] = Field(default="text", description="`json`: the same as `--log-json`.")


def project_file(project: Path) -> Path:
    """Return the project file that a folder, or the file itself, stands for."""
    return project if project.suffix in {".yaml", ".yml"} else project / FILE


def read_environment(project: Path | None = None) -> Environment:
    """Return what is set for the project, which the environment names if the caller does not.

    Raises ``ConfigError`` that names the variable but never its value.
    """
    named = _environment(None).project if project is None else project
    return _environment(project_file(named).parent / ".env", project=named)


def variables(folder: Path) -> dict[str, str]:
    """Return what ``${NAME}`` may name: the environment, and below it ``.env`` in ``folder``. Raises ``ConfigError``."""
    file = folder / ".env"
    with _readable(file):
        own = dotenv_values(file, encoding=_ENCODING) if file.is_file() else {}
    return {name: value for name, value in own.items() if value is not None} | dict(os.environ)


def _environment(file: Path | None, **said: Any) -> Environment:  # noqa: ANN401 - values of fields
    try:
        with _readable(file):
            return Environment(_env_file=file, **said)  # type: ignore[call-arg] # pydantic-settings takes more than fields
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        message = f"the environment variable {PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg'].lower()}."
        raise ConfigError(message) from error


@contextmanager
def _readable(file: Path | None) -> Iterator[None]:
    """Turn what stops the reading of ``.env`` into a ``ConfigError``."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        raise ConfigError(f"this file cannot be read: {reason}.", file=str(file)) from error
