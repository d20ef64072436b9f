"""The composition root: the only place that names every component (design, the house)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
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
from backend.access.looks import record_look
from backend.access.passwords import hash_password, make_first_password
from backend.access.ports import WechatOffer
from backend.access.sms_codes import SmsCodes
from backend.access.staff_sessions import StaffSessions
from backend.cases.effects import CASE_EFFECTS
from backend.cases.guards import CASE_GUARDS
from backend.cases.merging import move_cases
from backend.cases.return_reasons import ReturnReasons
from backend.cases.service import CaseService
from backend.cases.staff_access import StaffAccess, map_posts
from backend.cases.staff_cases import Sources, StaffCases
from backend.cases.staff_commands import StaffCommands
from backend.cases.staff_handover import StaffHandover
from backend.cases.staff_ports import NoAppointments
from backend.cases.staff_progress import TaskProgress
from backend.cases.staff_queues import StaffQueues
from backend.cases.staff_remarks import StaffRemarks
from backend.cases.staff_rows import RowWriter
from backend.catalogue.cli import add_publish_command, make_migrate_command, make_processes_commands
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
from backend.core.rate_limits import make_limiter
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
from backend.organisation.members import MemberDirectory
from backend.organisation.service import OrganisationService
from backend.organisation.tables import OrganisationTables
from backend.organisation.upkeep import OrganisationUpkeep
from backend.wechat.adapter import AppKeys, WechatAdapter
from backend.wechat.port import WechatPort
from deploy.demo.seed import make_demo_commands
from miniprogram_api.file_routes import make_file_routes
from miniprogram_api.guard import CustomerGuard
from miniprogram_api.me_routes import make_me_routes
from miniprogram_api.session_routes import make_customer_session_routes
from staff_api.case_routes import make_case_routes
from staff_api.file_routes import make_staff_file_routes
from staff_api.guard import StaffGuard
from staff_api.member_routes import make_member_routes, make_reason_routes
from staff_api.organisation_routes import make_organisation_routes, make_table_routes, make_unit_routes
from staff_api.queue_routes import make_queue_routes
from staff_api.session_routes import make_session_routes

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
    content = read_folder()
    organisation = OrganisationService(make_key_ring(settings), content.positions, content.departments)
    api = install_openapi(app)
    tokens = AccessTokens(settings.secret_key)
    _add_customer_api(app, api, settings, sessions, tokens)
    _add_staff_api(app, api, settings, StaffSessions(sessions, organisation, read_clock, settings.secret_key))
    files = make_file_service(settings, sessions)
    _add_staff_side(api, settings, sessions, organisation, content, files)
    _add_files(app, api, files)
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
    files: FileService,
) -> None:
    """Connect the staff's lists, cases and commands."""
    keys, definitions = make_key_ring(settings), DefinitionStore()
    service = CaseService(sessions, definitions, read_clock, CASE_GUARDS, CASE_EFFECTS)
    access = StaffAccess(organisation, definitions)
    posts = map_posts(build_process(body) for body in content.processes.values())
    services = {one.key: one.name for one in content.services}
    rows = RowWriter(organisation, definitions, services, keys, read_clock)
    sources = Sources(
        TaskProgress(definitions), NoAppointments(), files, record_look, dict(content.post_names)
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
