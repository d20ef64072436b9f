"""The composition root: ``create_app(settings)`` is what web, worker, scheduler, commands and tests import.

Its parts stand in ``composition/``; together they are the only place that names every component.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from flask import Flask
from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.access.cli import make_organisation_commands
from backend.catalogue.cli import add_publish_command, make_migrate_command, make_processes_commands
from backend.core.callers import list_callers
from backend.core.config import Settings, load_settings
from backend.core.database import db, make_engine_options
from backend.core.health import make_health_routes
from backend.core.http import install_http
from backend.core.logs import configure_logging
from backend.core.openapi import install_openapi, make_document_commands
from backend.core.rate_limits import make_limiter
from backend.core.web_clients import make_web_client_routes
from backend.realtime.hub import Hub
from backend.realtime.socket_route import SOCKET_OPTIONS, make_socket_route
from backend.realtime.tickets import SocketTickets
from chatbot.cli import make_chatbot_commands
from composition.customer_side import add_customer_side
from composition.hall import WORDS, Hall, make_hall
from composition.key_commands import make_key_commands
from composition.promises import add_promises
from composition.sealed_columns import SEALED_COLUMNS
from composition.shapes import add_shapes
from composition.staff_side import add_staff_side
from composition.watching import make_find_channels
from deploy.demo.seed import make_demo_commands

WEB = Path(__file__).parent / "web"
# Far more than any JSON body; the files' own limit of 15 MB leaves room for the multipart frame.
LONGEST_BODY = 16 * 1024 * 1024


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
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.config["SOCK_SERVER_OPTIONS"] = SOCKET_OPTIONS
    db.init_app(app)
    if settings.proxy_count:
        # Without it all customers would share the proxy's address, and the limits of one caller.
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    install_http(app)
    queue = Redis.from_url(settings.redis_url, socket_timeout=2)
    app.register_blueprint(make_health_routes(queue, settings.prometheus_multiproc_dir))
    with app.app_context():
        hall = make_hall(settings, db.engine)
    api = install_openapi(app)
    add_shapes(api)
    limiter = make_limiter(app, settings.redis_url)
    add_customer_side(app, api, hall, limiter)
    lists = add_staff_side(app, api, hall, limiter)
    add_promises(app, api, hall, lists)
    _add_socket(app, hall)
    _add_commands(app, hall)
    app.register_blueprint(
        make_web_client_routes(WEB / "customer" / "dist" / "build" / "h5", WEB / "console" / "dist")
    )
    list_callers(app)
    return app


def _add_socket(app: Flask, hall: Hall) -> None:
    # A socket is fed by a connection that waits, so it must not time out while nothing happens.
    hub = Hub(Redis.from_url(hall.settings.redis_url))
    app.register_blueprint(make_socket_route(hub, SocketTickets(hall.redis), make_find_channels(hall)))


def _add_commands(app: Flask, hall: Hall) -> None:
    app.cli.add_command(make_chatbot_commands())
    app.cli.add_command(make_organisation_commands(hall.organisation, hall.sessions))
    commands = make_processes_commands(WORDS)
    add_publish_command(commands, WORDS, hall.sessions)
    app.cli.add_command(commands)
    app.cli.add_command(make_migrate_command(WORDS, hall.sessions, hall.settings.database_url))
    app.cli.add_command(make_key_commands(hall, SEALED_COLUMNS))
    if hall.settings.demo_mode:
        app.cli.add_command(make_demo_commands(hall))


def create_tools() -> Flask:
    """Return an application with only the commands that need neither settings nor database."""
    app = Flask(__name__, static_folder=None)
    app.cli.add_command(make_processes_commands(WORDS))
    app.cli.add_command(make_chatbot_commands())
    app.cli.add_command(make_document_commands(_create_unconnected, WEB / "openapi.json"))
    return app


def _create_unconnected() -> Flask:
    """Return the application as production composes it, which can be read but serves nobody."""
    key = base64.b64encode(bytes(32)).decode()
    nowhere = {
        "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "opens-nothing-opens-nothing-opens-nothing",
        "ENCRYPTION_KEYS": f"1:{key}",
        "BLIND_INDEX_KEY": key,
    }
    return create_app(load_settings(nowhere))
