"""The OpenAPI document tells every route of the two APIs, and its page loads nothing from outside."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from flask import Flask
from flask.testing import FlaskClient

from backend.core.openapi import DOCUMENT_PATH, PAGE_PATH


def test_the_document_tells_every_route(app: Flask, client: FlaskClient) -> None:
    document = client.get(DOCUMENT_PATH).json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    told = set(document["paths"])
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert told == {rule for rule in routes if rule.startswith(("/api/v1", "/staff/api/v1"))}


def test_the_page_loads_nothing_from_outside(client: FlaskClient) -> None:
    page = client.get(f"{PAGE_PATH}/").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    for address in loaded:
        assert "//" not in address
        # A file's answer is closed here as a server would do it.
        with client.get(urljoin(f"{PAGE_PATH}/", address)) as answer:
            assert answer.status_code == 200
    assert '"validatorUrl": null' in page
    assert DOCUMENT_PATH in page
