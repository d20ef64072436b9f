"""The composition root: the only place that names every component (design, the house)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask_smorest import Api
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from backend.access.cli import make_organisation_commands
from backend.access.staff_sessions import StaffSessions
from backend.cases.deadline_keeper import DeadlineRefresher
from backend.cases.deadline_watch import DeadlineWatch
from backend.cases.effects import CASE_EFFECTS
from backend.cases.guards import CASE_GUARDS
from backend.cases.topics import list_case_topics
from backend.catalogue.cli import add_publish_command, make_processes_commands
from backend.catalogue.folder import read_folder
from backend.catalogue.lint import Vocabulary
from backend.catalogue.service import DefinitionStore
from backend.core.calendar_cli import make_calendar_commands
from backend.core.calendar_service import CalendarService
from backend.core.callers import list_callers
from backend.core.config import Settings, load_settings
from backend.core.database import db, make_engine_options
from backend.core.delivery import Deliverer
from backend.core.encryption import KeyRing
from backend.core.health import make_health_routes
from backend.core.hints import make_hint
from backend.core.http import install_http
from backend.core.jobs import JobQueues
from backend.core.jobs_cli import make_jobs_commands
from backend.core.logs import configure_logging
from backend.core.openapi import install_openapi
from backend.core.partitions import create_month_partitions
from backend.core.promise_desk import PromiseDesk
from backend.core.relay import Relay
from backend.core.scheduler import Scheduler, Tick
from backend.core.topics import TopicRegistry, TopicSpec
from backend.organisation.service import OrganisationService
from staff_api.calendar_routes import make_calendar_routes
from staff_api.guard import StaffGuard
from staff_api.operations_routes import make_operations_routes
from staff_api.session_routes import make_session_routes

# Tables that get a partition for each month, before the month begins.
PARTITIONED = ("case_event",)
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
    api = _add_staff_api(
        app, settings, StaffSessions(sessions, organisation, read_clock, settings.secret_key)
    )
    _add_time_and_promises(app, api, settings, sessions)
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


def _add_staff_api(app: Flask, settings: Settings, staff_sessions: StaffSessions) -> Api:
    # Demonstration runs on loopback without HTTPS, and its people keep their known passwords.
    guard = StaffGuard(
        staff_sessions, over_https=not settings.demo_mode, forces_change=not settings.demo_mode
    )
    guard.install(app)
    api = install_openapi(app)
    api.register_blueprint(make_session_routes(staff_sessions, guard))
    return api


def make_topics(redis: Redis) -> TopicRegistry:
    """Return every topic that may be promised; one without a handler waits in the outbox and is reported."""
    return TopicRegistry(
        [
            *list_case_topics(make_hint(redis)),
            TopicSpec("notify_customer", "通知客户", "messages", None, is_idempotent=False),
            TopicSpec("ring_duty_roster", "呼叫值班人员", "alarm", None, is_idempotent=False),
        ]
    )


def make_ticks(
    sessions: sessionmaker[Session], calendar: CalendarService, definitions: DefinitionStore, relay: Relay
) -> list[Tick]:
    """Return what happens by the clock."""
    refresher = DeadlineRefresher(sessions, definitions, calendar)
    watch = DeadlineWatch(sessions)

    return [
        Tick("relay", timedelta(seconds=1), relay.run),
        Tick("deadlines", timedelta(seconds=5), lambda: watch.run(read_clock())),
        Tick("calendar", timedelta(seconds=2), lambda: refresher.refresh(read_clock())),
        Tick("sweep", timedelta(seconds=10), relay.sweep),
        Tick("outbox report", timedelta(seconds=30), relay.report),
        Tick("partitions", timedelta(hours=12), lambda: create_month_partitions(sessions, PARTITIONED)),
        Tick("calendar warning", timedelta(hours=12), calendar.report_warning),
    ]


def _add_time_and_promises(app: Flask, api: Api, settings: Settings, sessions: sessionmaker[Session]) -> None:
    # Handing over must not hang; a worker waits for its next job as long as that takes.
    redis = Redis.from_url(settings.redis_url, socket_timeout=5)
    topics = make_topics(redis)
    calendar = CalendarService(sessions, read_clock)
    deliverer = Deliverer(sessions, topics, read_clock)
    relay = Relay(sessions, topics, JobQueues(redis), deliverer, read_clock)
    scheduler = Scheduler(sessions, make_ticks(sessions, calendar, DefinitionStore(), relay), read_clock)
    for command in make_jobs_commands(Redis.from_url(settings.redis_url), deliverer, scheduler):
        app.cli.add_command(command)
    app.cli.add_command(make_calendar_commands(calendar))
    api.register_blueprint(make_operations_routes(PromiseDesk(sessions, topics, read_clock)))
    api.register_blueprint(make_calendar_routes(calendar))


def create_tools() -> Flask:
    """Return an application with only the commands that need neither settings nor database."""
    app = Flask(__name__, static_folder=None)
    app.cli.add_command(make_processes_commands(WORDS))
    return app
