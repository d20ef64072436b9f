"""The whole application on this worker's own database and queue."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from backend.core.config import Settings, load_settings
from backend.core.database import db
from tests.api.staff_side import Hall
from wsgi import create_app, make_key_ring

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(scope="session")
def settings(database_url: str, redis_url: str) -> Settings:
    """Return the settings as a deployment would give them."""
    return load_settings(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": "for-tests-only-for-tests-only-for-tests",
            "ENCRYPTION_KEYS": f"1:{KEY}",
            "BLIND_INDEX_KEY": KEY,
            "POOL_SIZE": "4",
        }
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """Yield the application as production composes it."""
    application = create_app(settings)
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client without any session."""
    return app.test_client()


@pytest.fixture(scope="session")
def hall(app: Flask, sessions: sessionmaker[Session], settings: Settings) -> Hall:
    """Return a hall with units, people and the means to start cases."""
    return Hall(app, sessions, make_key_ring(settings))
