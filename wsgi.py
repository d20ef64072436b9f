"""The composition root: the only place that names every component (design, the house)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask_smorest import Api
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import AccessTokens
from backend.access.cli import make_organisation_commands
from backend.access.staff_sessions import StaffSessions
from backend.cases.effects import CASE_EFFECTS
from backend.cases.guards import CASE_GUARDS
from backend.catalogue.cli import add_publish_command, make_migrate_command, make_processes_commands
from backend.catalogue.folder import read_folder
from backend.catalogue.lint import Vocabulary
from backend.core.callers import list_callers
from backend.core.config import Settings, load_settings
from backend.core.database import db, make_engine_options
from backend.core.encryption import KeyRing
from backend.core.health import make_health_routes
from backend.core.http import install_http
from backend.core.logs import configure_logging
from backend.core.openapi import install_openapi
from backend.core.web_clients import make_web_client_routes
from backend.files.links import FileLinks
from backend.files.local_storage import LocalFolderStorage
from backend.files.s3_storage import S3Storage
from backend.files.service import FileService
from backend.files.storage import FileStorage
from backend.organisation.service import OrganisationService
from deploy.demo.seed import make_demo_commands
from miniprogram_api.file_routes import make_file_routes
from miniprogram_api.guard import CustomerGuard
from staff_api.file_routes import make_staff_file_routes
from staff_api.guard import StaffGuard
from staff_api.session_routes import make_session_routes

# What a process may name: every component's guards and effects together.
WORDS = Vocabulary(guards=frozenset(CASE_GUARDS), effects=frozenset(CASE_EFFECTS))
WEB = Path(__file__).parent / "web"


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for ``settings``, or for the environment's.

    Raises ConfigurationError where a setting is missing or malformed, and CallerUndeclared where a route
    does not say who may call it.
    """
    settings = settings or load_settings(os.environ)
    configure_logging(settings.log_level)
    app = Flask(__name__, static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = make_engine_options(settings.pool_size)
    db.init_app(app)
    install_http(app)
    app.register_blueprint(make_health_routes(Redis.from_url(settings.redis_url, socket_timeout=2)))
    with app.app_context():
        sessions = sessionmaker(db.engine, expire_on_commit=False)
    content = read_folder()
    organisation = OrganisationService(make_key_ring(settings), content.positions, content.departments)
    api = install_openapi(app)
    tokens = AccessTokens(settings.secret_key)
    _add_customer_api(app, api, tokens)
    _add_staff_api(app, api, settings, StaffSessions(sessions, organisation, read_clock, settings.secret_key))
    _add_files(app, api, make_file_service(settings, sessions))
    app.cli.add_command(make_organisation_commands(organisation, sessions))
    commands = make_processes_commands(WORDS)
    add_publish_command(commands, WORDS, sessions)
    app.cli.add_command(commands)
    _add_local_run(app, settings, organisation, sessions)
    list_callers(app)
    return app


def make_key_ring(settings: Settings) -> KeyRing:
    """Return the key ring for personal data; the last key of the setting encrypts."""
    return KeyRing(dict(settings.encryption_keys), settings.encryption_keys[-1][0], settings.blind_index_key)


def make_file_service(settings: Settings, sessions: sessionmaker[Session]) -> FileService:
    """Return the files' service on the bucket of the settings, or on the local folder without one."""
    storage: FileStorage = LocalFolderStorage(Path(settings.files_dir).resolve())
    if settings.s3_bucket and settings.s3_access_key and settings.s3_secret_key:
        storage = S3Storage(
            settings.s3_endpoint_url,
            settings.s3_region,
            settings.s3_bucket,
            settings.s3_access_key,
            settings.s3_secret_key,
        )
    return FileService(sessions, storage, make_key_ring(settings), FileLinks(settings.secret_key), read_clock)


def read_clock() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def _add_customer_api(app: Flask, api: Api, tokens: AccessTokens) -> None:
    CustomerGuard(tokens, read_clock).install(app)


def _add_staff_api(app: Flask, api: Api, settings: Settings, staff_sessions: StaffSessions) -> None:
    # Demonstration runs on loopback without HTTPS, and its people keep their known passwords.
    guard = StaffGuard(
        staff_sessions, over_https=not settings.demo_mode, forces_change=not settings.demo_mode
    )
    guard.install(app)
    api.register_blueprint(make_session_routes(staff_sessions, guard))


def _add_files(app: Flask, api: Api, files: FileService) -> None:
    # Far more than any JSON body; the files' own limit of 15 MB leaves room for the multipart frame.
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024 * 1024
    api.register_blueprint(make_file_routes(files))
    api.register_blueprint(make_staff_file_routes(files))


def _add_local_run(
    app: Flask, settings: Settings, organisation: OrganisationService, sessions: sessionmaker[Session]
) -> None:
    app.register_blueprint(
        make_web_client_routes(WEB / "customer" / "dist" / "build" / "h5", WEB / "console" / "dist")
    )
    app.cli.add_command(make_migrate_command(WORDS, sessions, settings.database_url))
    if settings.demo_mode:
        app.cli.add_command(make_demo_commands(organisation, sessions))


def create_tools() -> Flask:
    """Return an application with only the commands that need neither settings nor database."""
    app = Flask(__name__, static_folder=None)
    app.cli.add_command(make_processes_commands(WORDS))
    return app
