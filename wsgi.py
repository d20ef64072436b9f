"""The composition root: the only place that names every component (design, the house)."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from flask import Flask
from flask_smorest import Api
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import AccessTokens
from backend.access.cli import make_organisation_commands
from backend.access.staff_sessions import StaffSessions
from backend.cases.alarm_service import AlarmService
from backend.cases.application_service import ApplicationService
from backend.cases.case_files import CaseFiles, NoFiles
from backend.cases.case_reading import CustomerCases, count_no_messages
from backend.cases.corrections import CorrectionDesk
from backend.cases.customer_commands import CustomerCommands
from backend.cases.drafts import DraftService
from backend.cases.effects import CASE_EFFECTS
from backend.cases.guards import CASE_GUARDS
from backend.cases.offers import Offers
from backend.cases.service import CaseService
from backend.catalogue.cli import add_publish_command, make_processes_commands
from backend.catalogue.folder import ProcessesFolder, read_folder
from backend.catalogue.lint import Vocabulary
from backend.catalogue.service import DefinitionStore
from backend.core.callers import list_callers
from backend.core.config import Settings, load_settings
from backend.core.database import db, make_engine_options
from backend.core.encryption import KeyRing
from backend.core.health import make_health_routes
from backend.core.http import install_http
from backend.core.logs import configure_logging
from backend.core.openapi import install_openapi
from backend.core.rate_limit import RateLimit
from backend.organisation.service import OrganisationService
from miniprogram_api.alarm_routes import make_alarm_routes
from miniprogram_api.application_routes import make_application_routes
from miniprogram_api.case_routes import make_case_routes
from miniprogram_api.case_schemas import AddressSchema
from miniprogram_api.catalogue_routes import make_catalogue_routes
from miniprogram_api.draft_routes import make_draft_routes
from miniprogram_api.guard import CustomerGuard
from staff_api.guard import StaffGuard
from staff_api.session_routes import make_session_routes

# What a process may name: every component's guards and effects together.
WORDS = Vocabulary(guards=frozenset(CASE_GUARDS), effects=frozenset(CASE_EFFECTS))


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
        # For reads of single statements, which need no transaction around them.
        reading = sessionmaker(
            db.engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False
        )
    content = read_folder()
    organisation = OrganisationService(make_key_ring(settings), content.positions, content.departments)
    api = install_openapi(app)
    tokens = AccessTokens(settings.secret_key)
    _add_customer_api(app, api, tokens)
    add_application_api(api, settings, sessions, reading, content, organisation, NoFiles())
    _add_staff_api(app, api, settings, StaffSessions(sessions, organisation, read_clock, settings.secret_key))
    app.cli.add_command(make_organisation_commands(organisation, sessions))
    commands = make_processes_commands(WORDS)
    add_publish_command(commands, WORDS, sessions)
    app.cli.add_command(commands)
    list_callers(app)
    return app


def make_key_ring(settings: Settings) -> KeyRing:
    """Return the key ring for personal data; the last key of the setting encrypts."""
    return KeyRing(dict(settings.encryption_keys), settings.encryption_keys[-1][0], settings.blind_index_key)


def read_clock() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def _add_customer_api(app: Flask, api: Api, tokens: AccessTokens) -> None:
    CustomerGuard(tokens, read_clock).install(app)


def add_application_api(
    api: Api,
    settings: Settings,
    sessions: sessionmaker[Session],
    reading: sessionmaker[Session],
    content: ProcessesFolder,
    organisation: OrganisationService,
    files: CaseFiles,
) -> None:
    """Add what customers apply with: services, drafts, applications, their cases, alarms."""
    keys = make_key_ring(settings)
    definitions = DefinitionStore()
    offers = Offers(content, definitions)
    cases = CaseService(sessions, definitions, read_clock, CASE_GUARDS, CASE_EFFECTS)
    customer_cases = CustomerCases(
        reading, definitions, offers, organisation, keys, files, CASE_GUARDS, read_clock
    )
    applications = ApplicationService(cases, offers, organisation, keys, files)
    desk = CorrectionDesk(definitions, organisation, keys, files)
    commands = CustomerCommands(cases, definitions, desk, keys, files)
    limit = RateLimit(
        Redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1),
        "alarms",
        amount=20,
        seconds=60,
    )
    # Nothing refers to it but the values of forms, which have no schema of their own.
    api.spec.components.schema("Address", schema=AddressSchema)
    for routes in (
        make_catalogue_routes(reading, offers, organisation, settings.hotline_number),
        make_draft_routes(DraftService(sessions, offers, keys, files, read_clock)),
        make_application_routes(applications, customer_cases),
        make_case_routes(customer_cases, commands, count_no_messages),
        make_alarm_routes(AlarmService(sessions, cases, organisation, keys), limit, settings.hotline_number),
    ):
        api.register_blueprint(routes)


def _add_staff_api(app: Flask, api: Api, settings: Settings, staff_sessions: StaffSessions) -> None:
    # Demonstration runs on loopback without HTTPS, and its people keep their known passwords.
    guard = StaffGuard(
        staff_sessions, over_https=not settings.demo_mode, forces_change=not settings.demo_mode
    )
    guard.install(app)
    api.register_blueprint(make_session_routes(staff_sessions, guard))


def create_tools() -> Flask:
    """Return an application with only the commands that need neither settings nor database."""
    app = Flask(__name__, static_folder=None)
    app.cli.add_command(make_processes_commands(WORDS))
    return app
