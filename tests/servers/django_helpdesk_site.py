"""A site with django-helpdesk for tests: settings, addresses, and by ``python django_helpdesk_site.py`` its first contents."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone  # type: ignore[import-not-found]  # lives in an environment of its own

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(os.environ["HELPDESK_FOLDER"])
_FAST = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
"""What was written survives a killed server, which tests try, and not a lost machine, which they do not."""
SECRET_KEY = "not a secret"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "django_helpdesk_urls"
USE_TZ = True
TIME_ZONE = "UTC"
SITE_ID = 1
HELPDESK_TEAMS_MODE_ENABLED = False
STATIC_URL = "/static/"
MEDIA_ROOT = HERE / "media"
MEDIA_URL = "/media/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HERE / "helpdesk.db",
        "OPTIONS": {"init_command": _FAST},
    }
}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = HERE / "mails"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "helpdesk",
]
MIDDLEWARE = [
    f"{__name__}.dated",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"]}


def now() -> datetime:
    """Return the time of the tests: a moment, or so many seconds ahead of the machine's."""
    told = (HERE / "time").read_text().strip()
    if told.startswith("+"):
        return datetime.now(UTC) + timedelta(seconds=float(told))
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


# Before any model takes it for its defaults.
timezone.now = now


def dated(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let every answer bear that time, too."""

    def answered(request: Any) -> Any:  # noqa: ANN401 - Django's own
        response = answer(request)
        response["Date"] = format_datetime(now(), usegmt=True)
        return response

    return answered


def fill() -> None:
    """Make users, tokens, queues, custom fields."""
    import django  # type: ignore[import-not-found]  # noqa: PLC0415 - needs the settings first

    django.setup()
    from django.contrib.auth.models import User  # type: ignore[import-not-found]  # noqa: PLC0415 - lives there, too
    from helpdesk.models import CustomField, Queue  # type: ignore[import-not-found]  # noqa: PLC0415 - lives there, too
    from rest_framework.authtoken.models import Token  # type: ignore[import-not-found]  # noqa: PLC0415 - lives there, too

    lines = []
    for name in ("casebridge", "mia"):
        user = User.objects.create_user(name, f"{name}@acme.example", is_staff=True, is_superuser=True)
        lines.append(f"{name} {Token.objects.create(user=user).key}")
    User.objects.create_user("nobody", "nobody@acme.example")
    (HERE / "tokens").write_text("\n".join(lines))
    Queue.objects.create(title="Social", slug="social", allow_public_submission=False)
    Queue.objects.create(title="Mail", slug="mail", new_ticket_cc="desk@acme.example")
    for place, (name, kind, length) in enumerate(
        [
            ("casebridge_key", "varchar", 120),
            ("customer", "varchar", 200),
            ("tags", "text", 1000),
            ("casebridge_answer", "text", 1000),
        ]
    ):
        CustomField.objects.create(
            name=name, label=name, data_type=kind, max_length=length, ordering=place, required=False
        )
    channels = "x\nmastodon\nfacebook\nmail\nother"
    CustomField.objects.create(
        name="channel",
        label="Channel",
        data_type="list",
        list_values=channels,
        ordering=9,
        required=False,
        empty_selection_list=True,
    )


if __name__ == "__main__":
    fill()
