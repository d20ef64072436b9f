"""The composition root: the only place that names every component (design, the house)."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import UTC, datetime

import structlog
from flask import Flask
from flask_smorest import Api
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import AccessTokens
from backend.access.cli import make_organisation_commands
from backend.access.passwords import hash_password, make_first_password
from backend.access.staff_sessions import StaffSessions
from backend.cases.effects import CASE_EFFECTS
from backend.cases.guards import CASE_GUARDS
from backend.cases.return_reasons import ReturnReasons
from backend.cases.service import CaseService
from backend.cases.staff_access import StaffAccess, map_posts
from backend.cases.staff_cases import Sources, StaffCases
from backend.cases.staff_commands import StaffCommands
from backend.cases.staff_handover import StaffHandover
from backend.cases.staff_ports import NoAppointments, NoFiles
from backend.cases.staff_progress import TaskProgress
from backend.cases.staff_queues import StaffQueues
from backend.cases.staff_remarks import StaffRemarks
from backend.cases.staff_rows import RowWriter
from backend.catalogue.cli import add_publish_command, make_processes_commands
from backend.catalogue.folder import ProcessesFolder, read_folder
from backend.catalogue.lint import Vocabulary
from backend.catalogue.loader import build_process
from backend.catalogue.service import DefinitionStore
from backend.core.callers import list_callers
from backend.core.config import Settings, load_settings
from backend.core.database import db, make_engine_options
from backend.core.encryption import KeyRing
from backend.core.health import make_health_routes
from backend.core.http import install_http
from backend.core.logs import configure_logging
from backend.core.openapi import install_openapi
from backend.organisation.members import MemberDirectory
from backend.organisation.service import OrganisationService
from backend.organisation.tables import OrganisationTables
from backend.organisation.upkeep import OrganisationUpkeep
from miniprogram_api.guard import CustomerGuard
from staff_api.case_routes import make_case_routes
from staff_api.guard import StaffGuard
from staff_api.member_routes import make_member_routes, make_reason_routes
from staff_api.organisation_routes import make_organisation_routes, make_table_routes, make_unit_routes
from staff_api.queue_routes import make_queue_routes
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
    content = read_folder()
    organisation = OrganisationService(make_key_ring(settings), content.positions, content.departments)
    api = install_openapi(app)
    tokens = AccessTokens(settings.secret_key)
    _add_customer_api(app, api, tokens)
    _add_staff_api(app, api, settings, StaffSessions(sessions, organisation, read_clock, settings.secret_key))
    _add_staff_side(api, settings, sessions, organisation, content)
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


def _add_staff_api(app: Flask, api: Api, settings: Settings, staff_sessions: StaffSessions) -> None:
    # Demonstration runs on loopback without HTTPS, and its people keep their known passwords.
    guard = StaffGuard(
        staff_sessions, over_https=not settings.demo_mode, forces_change=not settings.demo_mode
    )
    guard.install(app)
    api.register_blueprint(make_session_routes(staff_sessions, guard))


def _add_staff_side(
    api: Api,
    settings: Settings,
    sessions: sessionmaker[Session],
    organisation: OrganisationService,
    content: ProcessesFolder,
) -> None:
    """Connect the staff's lists, cases and commands."""
    keys, definitions = make_key_ring(settings), DefinitionStore()
    service = CaseService(sessions, definitions, read_clock, CASE_GUARDS, CASE_EFFECTS)
    access = StaffAccess(organisation, definitions)
    posts = map_posts(build_process(body) for body in content.processes.values())
    services = {one.key: one.name for one in content.services}
    rows = RowWriter(organisation, definitions, services, keys, read_clock)
    sources = Sources(
        TaskProgress(definitions), NoAppointments(), NoFiles(), log_look, dict(content.post_names)
    )
    directory = MemberDirectory(organisation)
    cases = StaffCases(
        sessions, access, organisation, definitions, CASE_GUARDS, rows, keys, sources, read_clock
    )
    commands = StaffCommands(
        sessions, service, access, organisation, directory, definitions, sources.files, keys, read_clock
    )
    handover = StaffHandover(sessions, service, organisation, directory, posts)
    api.register_blueprint(
        make_queue_routes(StaffQueues(sessions, organisation, posts, rows, keys, read_clock))
    )
    api.register_blueprint(
        make_case_routes(cases, commands, StaffRemarks(sessions, access, keys, read_clock))
    )
    api.register_blueprint(make_member_routes(handover))
    api.register_blueprint(make_reason_routes(ReturnReasons(sessions)))
    upkeep = OrganisationUpkeep(organisation, keys, make_hashed_password)
    api.register_blueprint(make_unit_routes(sessions, upkeep))
    api.register_blueprint(make_organisation_routes(sessions, upkeep, read_clock))
    api.register_blueprint(
        make_table_routes(OrganisationTables(sessions, upkeep, content.post_names, read_clock))
    )


def make_hashed_password() -> tuple[str, str]:
    """Return a fresh first password and its hash."""
    password = make_first_password()
    return password, hash_password(password)


def log_look(
    session: Session, staff_id: int, subject: str, items: Collection[str], reason: str, now: datetime
) -> None:
    """Log a look at personal data, without the values and without the words of the reason."""
    structlog.get_logger(__name__).info("look", staff_id=staff_id, subject=subject, items=sorted(items))


def create_tools() -> Flask:
    """Return an application with only the commands that need neither settings nor database."""
    app = Flask(__name__, static_folder=None)
    app.cli.add_command(make_processes_commands(WORDS))
    return app
