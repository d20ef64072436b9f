"""The composition root: the only place that names every component (design, the house)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_smorest import Api
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.access.access_tokens import AccessTokens
from backend.access.cli import make_organisation_commands
from backend.access.customer_sessions import CustomerSessions, move_sessions
from backend.access.customer_sign_in import CustomerSignIn
from backend.access.ports import WechatOffer
from backend.access.sms_codes import SmsCodes
from backend.access.staff_sessions import StaffSessions
from backend.cases.alarm_service import AlarmService
from backend.cases.application_service import ApplicationService
from backend.cases.case_files import CaseFiles
from backend.cases.case_reading import CustomerCases, count_no_messages
from backend.cases.corrections import CorrectionDesk
from backend.cases.customer_commands import CustomerCommands
from backend.cases.deadline_keeper import DeadlineRefresher
from backend.cases.deadline_watch import DeadlineWatch
from backend.cases.drafts import DraftService
from backend.cases.effects import CASE_EFFECTS
from backend.cases.guards import CASE_GUARDS
from backend.cases.merging import move_cases
from backend.cases.offers import Offers
from backend.cases.service import CaseService
from backend.cases.topics import list_case_topics
from backend.catalogue.cli import add_publish_command, make_migrate_command, make_processes_commands
from backend.catalogue.folder import ProcessesFolder, read_folder
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
from backend.core.http import install_http
from backend.core.jobs import JobQueues
from backend.core.jobs_cli import make_jobs_commands
from backend.core.logs import configure_logging
from backend.core.openapi import install_openapi
from backend.core.partitions import create_month_partitions
from backend.core.promise_desk import PromiseDesk
from backend.core.rate_limit import RateLimit
from backend.core.rate_limits import make_limiter
from backend.core.relay import Relay
from backend.core.scheduler import Scheduler, Tick
from backend.core.topics import TopicRegistry, TopicSpec
from backend.core.web_clients import make_web_client_routes
from backend.customers.merging import MergeFollower
from backend.customers.service import CustomersService
from backend.files.links import FileLinks
from backend.files.local_storage import LocalFolderStorage
from backend.files.s3_storage import S3Storage
from backend.files.service import FileService
from backend.files.storage import FileStorage
from backend.maps.port import MapPort
from backend.maps.tencent import TencentMap
from backend.notifications.port import SmsPort
from backend.notifications.sms import TencentSms
from backend.organisation.service import OrganisationService
from backend.realtime.hints import publish_hints
from backend.wechat.adapter import AppKeys, WechatAdapter
from backend.wechat.port import WechatPort
from deploy.demo.seed import make_demo_commands
from miniprogram_api.alarm_routes import make_alarm_routes
from miniprogram_api.application_routes import make_application_routes
from miniprogram_api.case_routes import make_case_routes
from miniprogram_api.case_schemas import AddressSchema
from miniprogram_api.catalogue_routes import make_catalogue_routes
from miniprogram_api.draft_routes import make_draft_routes
from miniprogram_api.file_routes import make_file_routes
from miniprogram_api.guard import CustomerGuard
from miniprogram_api.me_routes import make_me_routes
from miniprogram_api.session_routes import make_customer_session_routes
from staff_api.calendar_routes import make_calendar_routes
from staff_api.file_routes import make_staff_file_routes
from staff_api.guard import StaffGuard
from staff_api.operations_routes import make_operations_routes
from staff_api.session_routes import make_session_routes

# Tables that get a partition for each month, before the month begins.
PARTITIONED = ("case_event",)
# What a process may name: every component's guards and effects together.
WORDS = Vocabulary(guards=frozenset(CASE_GUARDS), effects=frozenset(CASE_EFFECTS))
# Every component that keeps rows of a customer moves them when two customers turn out to be one.
MERGE_FOLLOWERS: tuple[MergeFollower, ...] = (move_sessions, move_cases)
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
    if settings.proxy_count:
        # Without it all customers would share the proxy's address, and the limits of one caller.
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
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
    _add_customer_api(app, api, settings, sessions, tokens)
    files = make_file_service(settings, sessions)
    add_application_api(api, settings, sessions, reading, content, organisation, files)
    _add_staff_api(app, api, settings, StaffSessions(sessions, organisation, read_clock, settings.secret_key))
    _add_files(app, api, files)
    _add_time_and_promises(app, api, settings, sessions)
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


@dataclass(frozen=True)
class Platforms:
    """The outside platforms; one that is not set up is None."""

    wechat: WechatPort | None
    sms: SmsPort | None
    maps: MapPort | None


def make_platforms(settings: Settings, redis: Redis) -> Platforms:
    """Return the adapters to the platforms that ``settings`` set up. Nothing is called yet."""
    wechat, sms, maps = None, None, None
    if settings.wechat_api_base_url:
        wechat = WechatAdapter(
            api_base_url=settings.wechat_api_base_url,
            open_base_url=settings.wechat_open_base_url,
            mini=_make_app_keys(settings.wechat_mini_app_id, settings.wechat_mini_app_secret),
            official=_make_app_keys(settings.wechat_official_app_id, settings.wechat_official_app_secret),
            mini_state=settings.wechat_mini_state,
            answer_seconds=settings.platform_answer_seconds,
            redis=redis,
        )
    # The settings need each other, so that with the first of a platform the others are there too.
    if settings.sms_secret_id:
        sms = TencentSms(
            base_url=settings.sms_base_url or "",
            secret_id=settings.sms_secret_id,
            secret_key=settings.sms_secret_key or "",
            app_id=settings.sms_app_id or "",
            sign_name=settings.sms_sign_name or "",
            region=settings.sms_region,
            answer_seconds=settings.platform_answer_seconds,
        )
    if settings.map_key:
        maps = TencentMap(
            base_url=settings.map_base_url or "",
            key=settings.map_key,
            answer_seconds=settings.platform_answer_seconds,
        )
    return Platforms(wechat, sms, maps)


def _make_app_keys(app_id: str | None, secret: str | None) -> AppKeys | None:
    return AppKeys(app_id, secret) if app_id and secret else None


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


def _add_customer_api(
    app: Flask, api: Api, settings: Settings, sessions: sessionmaker[Session], tokens: AccessTokens
) -> None:
    keys = make_key_ring(settings)
    customers = CustomersService(keys, MERGE_FOLLOWERS)
    with app.app_context():
        customer_sessions = CustomerSessions(sessions, db.engine, customers, tokens, read_clock)
    wechat: WechatOffer | None = None
    sign_in = CustomerSignIn(
        sessions,
        customers,
        customer_sessions,
        SmsCodes(keys, settings.secret_key),
        wechat,
        offers_sms="sign_in_code" in dict(settings.sms_templates),
        now=read_clock,
    )
    CustomerGuard(tokens, customer_sessions, read_clock).install(app)
    limiter = make_limiter(app, settings.redis_url)
    api.register_blueprint(
        make_customer_session_routes(sign_in, customer_sessions, limiter, over_https=not settings.demo_mode)
    )
    api.register_blueprint(make_me_routes(sign_in, limiter))


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


def make_topics(redis: Redis) -> TopicRegistry:
    """Return every topic that may be promised; one without a handler waits in the outbox and is reported."""
    return TopicRegistry(
        [
            *list_case_topics(lambda hints: publish_hints(redis, hints)),
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
