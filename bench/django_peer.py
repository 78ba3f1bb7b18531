"""Django's admin on the same rows, tuned as its documentation advises: the peer of our list page.

``unmanaged`` models over our own tables; the columns of our list, its page size, the enterprise's
officer by ``list_select_related``, and no count of the whole table.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig

PER_PAGE, COUNT_CAP = 25, 10_000


class Roll(AppConfig):
    name, label = "bench", "roll"


def _database(url: str) -> dict[str, Any]:
    if url.startswith("sqlite:///"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:///")}
    parts = urlsplit(url.replace("+psycopg", ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
    }


def start(url: str, own: Path) -> Any:
    """A test client of the admin, signed in. ``own`` is a file for Django's own tables."""
    import django
    from django.conf import settings

    module = types.ModuleType("bench_admin")
    sys.modules["bench_admin"] = module
    settings.configure(
        DEBUG=False,
        SECRET_KEY="measured, not served",  # noqa: S106 - in memory, for one run
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="bench_admin",
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(own)},
            "rows": _database(url),
        },
        DATABASE_ROUTERS=["bench.django_peer.Router"],
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "bench.django_peer.Roll",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
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
        ],
        # Sessions without a query of their own: ours are signed cookies too.
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        STATIC_URL="/static/",
        USE_TZ=True,
        LANGUAGE_CODE="zh-hans",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    return _signed_in(module)


class Router:
    """Our rows lie in our database, Django's own tables in a file beside it."""

    def db_for_read(self, model: Any, **_hints: Any) -> str:
        return "rows" if model._meta.app_label == "roll" else "default"  # noqa: SLF001 - Django's name

    db_for_write = db_for_read

    def allow_relation(self, *_rows: Any, **_hints: Any) -> bool:
        return True


def _signed_in(module: types.ModuleType) -> Any:
    from django.contrib import admin
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.core.paginator import Paginator
    from django.db import models
    from django.test import Client
    from django.urls import path

    class Officer(models.Model):
        name = models.CharField(max_length=40)

        class Meta:
            app_label, db_table, managed = "roll", "account", False

        def __str__(self) -> str:
            return self.name

    class Enterprise(models.Model):
        name = models.CharField(max_length=120)
        uscc = models.CharField(max_length=18)
        region_code = models.CharField(max_length=9)
        address = models.CharField(max_length=200)
        industry_code = models.CharField(max_length=4)
        size_class = models.CharField(max_length=32)
        headcount = models.IntegerField()
        short_name = models.CharField(max_length=40)
        safety_manager = models.CharField(max_length=40)
        safety_manager_phone = models.CharField(max_length=20)
        roll_status = models.CharField(max_length=32)
        is_key = models.BooleanField()
        officer = models.ForeignKey(Officer, models.DO_NOTHING, null=True)

        class Meta:
            app_label, db_table, managed = "roll", "enterprise", False

        def __str__(self) -> str:
            return self.name

    class Capped(Paginator):
        @property
        def count(self) -> int:
            """As ours: no further than anybody reads."""
            return int(self.object_list[: COUNT_CAP + 1].count())

    class EnterpriseAdmin(admin.ModelAdmin):
        paginator = Capped
        list_display = (
            "name",
            "uscc",
            "region_code",
            "address",
            "industry_code",
            "size_class",
            "headcount",
            "safety_manager",
            "safety_manager_phone",
            "officer",
            "roll_status",
            "is_key",
        )
        list_select_related = ("officer",)
        list_per_page = PER_PAGE
        show_full_result_count = False
        ordering = ("name", "id")
        search_fields = ("name", "short_name", "uscc", "address")
        list_filter = ("size_class", "roll_status", "is_key")
        actions = None

    site = admin.AdminSite()
    site.register(Enterprise, EnterpriseAdmin)
    module.urlpatterns = [path("admin/", site.urls)]  # type: ignore[attr-defined]
    call_command("migrate", verbosity=0)
    people: Any = get_user_model()
    person, _made = people.objects.get_or_create(
        username="bench", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client()
    client.force_login(person)
    return client
