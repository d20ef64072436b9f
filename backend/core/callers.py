"""Who may call a route: every one declares it, and an application with a silent route does not start."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "_open_to"


class Caller(StrEnum):
    """The kinds of caller."""

    ANYONE = "anyone"
    CUSTOMER = "customer"
    STAFF = "staff"
    PLATFORM = "platform"
    OPERATOR = "operator"


class CallerUndeclared(Exception):
    """Routes that do not say who may call them; the message lists them."""


def open_to(caller: Caller) -> Callable[[View], View]:
    """Declare who may call a view. The sign-in of that kind of caller is checked where it belongs."""

    def mark(view: View) -> View:
        setattr(view, _MARK, caller)
        return view

    return mark


def caller_of(view: Callable[..., Any]) -> Caller | None:
    """Return who may call ``view``, or None where it does not say."""
    return getattr(view, _MARK, None)


def list_callers(app: Flask) -> dict[str, Caller]:
    """Return the declared caller of every route; raises CallerUndeclared for those that are silent."""
    views = {rule.rule: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
    silent = sorted(rule for rule, view in views.items() if caller_of(view) is None)
    if silent:
        raise CallerUndeclared(", ".join(silent))
    return {rule: getattr(view, _MARK) for rule, view in views.items()}
