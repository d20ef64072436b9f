"""Every address of the application stands where outsiders expect it, and nothing else is open."""

from __future__ import annotations

import re

from flask import Flask

from backend.core.callers import Caller, list_callers

# Families of addresses: what stands below each, and who may call it.
FAMILIES = {
    r"/api/v1/.+": {Caller.ANYONE, Caller.CUSTOMER},
    r"/staff/api/v1/.+": {Caller.ANYONE, Caller.STAFF},
    r"/callbacks/[a-z]+/.+": {Caller.ANYONE, Caller.PLATFORM},
}
# The few addresses of their own, and why each is there.
SINGLE = {
    "/ws/v1": "the socket",
    "/": "leads to the customer page",
    "/h5/": "the customer page",
    "/h5/<path:path>": "its files",
    "/console/": "the staff console",
    "/console/<path:path>": "its files",
    "/c/<int:case_no>": "the short address in a text message that leads to one's own case, after sign-in",
    "/l/<token>": "the short address in a text message that leads to one case",
    "/r/<token>": "the short address behind the code of a counter's device that rates one case",
    "/d/<token>/<short_hash>": "the page behind the code on a printed document",
    "/healthz": "is the process alive",
    "/readyz": "can it work",
    "/metrics": "how is it doing, for a collector on the same machine",
    "/api/openapi.json": "the document of both APIs",
    "/api/docs/": "its page",
    "/api/docs/<path:path>": "the page's files",
}


def find_family(rule: str) -> str | None:
    return next((family for family in FAMILIES if re.fullmatch(family, rule)), None)


def test_every_route_stands_under_its_address(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert {rule for rule in rules if find_family(rule) is None} == SINGLE.keys()
    # Both APIs are really looked at.
    assert {"/api/v1/alarms", "/staff/api/v1/queues"} <= rules


def test_nobody_is_called_under_the_address_of_others(app: Flask) -> None:
    callers = list_callers(app)
    wrong = {
        rule: caller
        for rule, caller in callers.items()
        if (family := find_family(rule)) is not None and caller not in FAMILIES[family]
    }
    assert wrong == {}
    elsewhere = {caller for rule, caller in callers.items() if rule in SINGLE}
    assert elsewhere <= {Caller.ANYONE, Caller.OPERATOR}


def test_the_families_tell_apart_what_is_close() -> None:
    strange = ("/api/v1", "/api/v2/cases", "/v1/cases", "/staff/cases", "/callbacks/wechat")
    assert [rule for rule in strange if find_family(rule) is not None] == []
    assert find_family("/api/v1/cases") is not None
    assert find_family("/callbacks/wechat/official") is not None
