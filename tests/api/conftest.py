"""The whole application on this worker's own database and queue."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.config import Settings, load_settings
from backend.core.database import db
from wsgi import create_app

KEY = base64.b64encode(bytes(range(32))).decode()
# Whose cases they are matters little to many tests; numbers of its own never come near this one.
CASE_CUSTOMER_ID = 1_000_001


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
def case_customer(sessions: sessionmaker[Session]) -> int:
    """Enter a customer with the id that tests of cases name in constants, and return that id."""
    with sessions.begin() as session:
        session.execute(
            text(
                "INSERT INTO customer (id, kind, created_at) OVERRIDING SYSTEM VALUE"
                " VALUES (:id, 'resident', now())"
            ),
            {"id": CASE_CUSTOMER_ID},
        )
    return CASE_CUSTOMER_ID
