"""``create_app``: settings in, a checked application out."""

from __future__ import annotations

import gc
import logging
import secrets
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g
from flask_babel import get_locale
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from supervision.account.auth import init_auth
from supervision.account.labels import ROLE_LABELS
from supervision.core import access, crypto, find, scope
from supervision.core.attachments import init_storage
from supervision.core.db import (
    ask_idle_connections,
    db,
    install_sqlite_behaviour,
    sqlite_path,
)
from supervision.core.i18n import format_day, format_instant, init_i18n
from supervision.core.plans import keep_plans
from supervision.core.storage import FolderStorage, Storage
from supervision.core.storage_s3 import Bucket, S3Storage
from supervision.core.web.assets import init_assets
from supervision.core.web.errors import init_errors
from supervision.core.web.limits import limiter
from supervision.core.web.nav import here, language_links, nav_items, once_a_page
from supervision.core.web.numbers import LongIdConverter, RowIdConverter
from supervision.core.web.paging import count_text
from supervision.core.web.policy import with_tiles
from supervision.core.web.remembered import init_remembered
from supervision.core.web.request import Request
from supervision.core.web.text import refuse_nul
from supervision.settings import Settings, SettingsError
from supervision.slices import slices

ROOT = Path(__file__).resolve().parent.parent

# Tabler sets style attributes from script; nothing else is loosened.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
)

csrf = CSRFProtect()
migrate = Migrate()


def create_app(settings: Settings, **config: Any) -> Flask:
    """The whole web side. Raises SettingsError or UndeclaredEndpointError rather than start wrong."""
    app = Flask(
        "supervision",
        root_path=str(ROOT / "supervision"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.url_map.converters["int"] = RowIdConverter
    app.url_map.converters["long"] = LongIdConverter
    app.request_class = Request
    _configure(app, settings, config)
    _init_database(app)
    init_storage(app, storage_of(settings))
    init_i18n(app, settings.language)
    init_assets(app)
    init_errors(app)
    init_remembered(app)
    csrf.init_app(app)
    limiter.init_app(app)
    init_auth(app)
    app.before_request(refuse_nul)
    app.before_request(access.enforce)
    app.after_request(_headers)
    _register_slices(app)
    _template_globals(app, settings)
    access.check_declarations(app)
    return app


def storage_of(settings: Settings, kind: str = "") -> Storage:
    """Where files lie by the settings, or as if ``kind`` were set. Raises SettingsError."""
    if (kind or settings.storage) == "folder":
        return FolderStorage(settings.storage_dir.resolve())
    bucket = Bucket(
        name=settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        prefix=settings.s3_prefix,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
    )
    try:
        return S3Storage(bucket)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"ANQI_STORAGE=s3: {error}") from None


def to_stay(app: Flask) -> Flask:
    """``app``, for a process that serves it until it ends.

    The collector of garbage looks at what is there now no more: some million objects of modules
    and tables, a pause of a third of a second for whoever was asking, and none of them garbage.
    """
    gc.freeze()
    return app


def _configure(app: Flask, settings: Settings, config: dict[str, Any]) -> None:
    try:
        app.extensions["anqi_crypto"] = crypto.check_key(settings.data_key)
    except ValueError as error:
        raise SettingsError(f"ANQI_DATA_KEY is not a Fernet key: {error}") from None
    app.extensions["anqi_settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=_database_url(settings.database_url),
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=settings.upload_limit_mb * 1024 * 1024,
        MAX_FORM_PARTS=200,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    app.config.update(config)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logging.getLogger("supervision").setLevel(logging.INFO)


def _database_url(url: str) -> str:
    path = sqlite_path(url)
    if path is None:
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    file = Path(path)
    file = file if file.is_absolute() else ROOT / file
    file.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{file}"


def _engine_options(url: str) -> dict[str, Any]:
    # An error of the database must not carry hashes and addresses into the log.
    common: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return {**common, "connect_args": {"timeout": 20, "check_same_thread": False}}
    # The connection used last is used next: its server process has its plans at hand.
    return {**common, "pool_size": 10, "max_overflow": 10, "pool_use_lifo": True}


def _init_database(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        install_sqlite_behaviour(db.engine)
        ask_idle_connections(db.engine)
        keep_plans(db.engine)
    scope.install_tripwire(db.session)
    find.install(db.session)


def _register_slices(app: Flask) -> None:
    for manifest in slices():
        for blueprint in manifest.blueprints:
            app.register_blueprint(blueprint)
            if (blueprint.url_prefix or "").startswith("/api/"):
                csrf.exempt(blueprint)
        for command in manifest.cli:
            app.cli.add_command(command)
    from supervision import cli

    cli.register(app)


def _template_globals(app: Flask, settings: Settings) -> None:
    app.jinja_env.filters["capped"] = count_text
    app.jinja_env.globals.update(
        format_day=format_day,
        format_instant=format_instant,
        role_labels=ROLE_LABELS,
        upload_limit_bytes=settings.upload_limit_mb * 1024 * 1024,
    )

    @app.context_processor
    def _context() -> dict[str, Any]:
        actor = g.get("actor")
        names: dict[str, Any] = {
            "actor": actor,
            "locale": str(get_locale() or ""),
            # Counts in it ask the database: a part of a page has no menu and must not pay for it.
            "nav_items": lambda: once_a_page(
                ("menu", actor and actor.id), lambda: nav_items(actor, slices())
            ),
            "languages": language_links(),
            "here": here(),
            "authority_name": app.extensions["anqi_settings"].authority_name,
        }
        for manifest in slices():
            if manifest.context is not None:
                made = partial(manifest.context, actor)
                names.update(once_a_page((manifest.name, actor and actor.id), made))
        return names


def _headers(response: Any) -> Any:
    tiles = current_app.extensions["anqi_settings"].map_tiles
    response.headers.setdefault("Content-Security-Policy", with_tiles(POLICY, tiles))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def throwaway_settings(**changes: Any) -> Settings:
    """Settings with fresh keys, for tests and for commands that need no real ones."""
    from cryptography.fernet import Fernet

    values = {
        "secret_key": secrets.token_hex(32),
        "data_key": Fernet.generate_key().decode(),
        # How full the machine's own disk is says nothing of what is tried out here.
        "evidence_free_mb": 0,
    }
    return Settings(**{**values, **changes})
