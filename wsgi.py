"""The composition root: the only place that names every component (design, the house)."""

from __future__ import annotations

import os

from flask import Flask
from redis import Redis
from sqlalchemy.orm import sessionmaker

from backend.cases.effects import CASE_EFFECTS
from backend.cases.guards import CASE_GUARDS
from backend.catalogue.cli import add_publish_command, make_processes_commands
from backend.catalogue.lint import Vocabulary
from backend.core.callers import list_callers
from backend.core.config import Settings, load_settings
from backend.core.database import db, make_engine_options
from backend.core.health import make_health_routes
from backend.core.http import install_http
from backend.core.logs import configure_logging

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
    commands = make_processes_commands(WORDS)
    add_publish_command(commands, WORDS, sessions)
    app.cli.add_command(commands)
    list_callers(app)
    return app


def create_tools() -> Flask:
    """Return an application with only the commands that need neither settings nor database."""
    app = Flask(__name__, static_folder=None)
    app.cli.add_command(make_processes_commands(WORDS))
    return app
