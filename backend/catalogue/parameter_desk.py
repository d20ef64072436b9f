"""Parameters of processes as those who keep the hall set them: each change is a row, and none is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue.models import DefinitionVersion, ParameterChange
from backend.catalogue.own_versions import list_used
from backend.catalogue.parameter_changes import ParameterChanges, read_figure
from backend.catalogue.parameters import Change, Figure, Parameter, find_value, list_parameters
from backend.core.errors import Conflict, Invalid, NotFound

_KIND = "process"
_NEWEST = select(ParameterChange).order_by(ParameterChange.id.desc())


class ParameterDesk:
    """Lists parameters with what holds now, tells their history, and sets them."""

    def __init__(
        self, sessions: sessionmaker[Session], changes: ParameterChanges, now: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._changes = changes
        self._now = now

    def list_parameters(self) -> list[dict[str, Any]]:
        """Return the processes that have parameters, by name, each with its parameters in their order."""
        with self._sessions.begin() as session:
            used = list_used(session, _KIND)
            rows = list(session.scalars(_NEWEST))
        found = [
            {
                "key": key,
                "name": one.body["name"],
                "parameters": [
                    _describe(parameter, list(_select(rows, key, parameter))) for parameter in declared
                ],
            }
            for key, one in used.items()
            if (declared := list_parameters(one.body))
        ]
        return sorted(found, key=lambda one: one["name"])

    def read_changes(self, process: str, key: str) -> list[dict[str, Any]]:
        """Return all changes of a parameter, the newest first; raises NotFound."""
        with self._sessions.begin() as session:
            parameter = _find_parameter(session, process, key)
            return [_tell(one, parameter) for one in _list_changes(session, process, key)]

    def change(
        self, process: str, key: str, base: int, value: Figure | None, reason: str, author: str
    ) -> dict[str, Any]:
        """Set a parameter from now on, or back to its default by None; returns it as it stands then.

        ``base`` is the number of the change that was looked at, 0 where there was none. Limits that run keep
        the length with which they began. Raises NotFound, Conflict ``changed_meanwhile``, and Invalid
        ``parameter_refused`` with a sentence for ``value`` or ``reason``.
        """
        with self._sessions.begin() as session:
            parameter = _find_parameter(session, process, key)
            known = _list_changes(session, process, key)
            if base != (known[0].no if known else 0):
                raise Conflict("changed_meanwhile")
            faults = dict(_check(parameter, known, value, reason.strip()))
            if faults:
                raise Invalid("parameter_refused", fields=faults)
            row = {"process_key": process, "parameter": key, "no": base + 1, "value": value}
            more = {"reason": reason.strip(), "author": author, "changed_at": self._now()}
            try:
                with session.begin_nested():
                    session.execute(insert(ParameterChange).values(**row, **more))
            except IntegrityError as error:
                raise Conflict("changed_meanwhile") from error
            described = _describe(parameter, _list_changes(session, process, key))
        self._changes.forget()
        return described


def _check(
    parameter: Parameter, known: Sequence[ParameterChange], value: Figure | None, reason: str
) -> Iterator[tuple[str, str]]:
    objection = None if value is None else parameter.find_objection(value)
    if objection is not None:
        yield "value", objection
    elif value is not None and value == _find_present(parameter, known):
        yield "value", "和现在用的一样，不用改。"
    elif value is None and (not known or known[0].value is None):
        yield "value", "现在用的就是默认值。"
    if len(reason) < 2:
        yield "reason", "请写明为什么改。"


def _find_parameter(session: Session, process: str, key: str) -> Parameter:
    version: DefinitionVersion | None = list_used(session, _KIND, process).get(process)
    found = () if version is None else list_parameters(version.body)
    for one in found:
        if one.key == key:
            return one
    raise NotFound()


def _list_changes(session: Session, process: str, key: str) -> list[ParameterChange]:
    mine = (ParameterChange.process_key == process, ParameterChange.parameter == key)
    return list(session.scalars(_NEWEST.where(*mine)))


def _select(rows: Sequence[ParameterChange], process: str, parameter: Parameter) -> Iterator[ParameterChange]:
    return (one for one in rows if (one.process_key, one.parameter) == (process, parameter.key))


def _find_present(parameter: Parameter, known: Sequence[ParameterChange]) -> Figure:
    newest = known[:1]
    return find_value(parameter, [Change(one.changed_at, read_figure(one.value)) for one in newest])


def _describe(parameter: Parameter, known: Sequence[ParameterChange]) -> dict[str, Any]:
    """``is_own`` tells that the company's figure holds; one that no longer fits does not."""
    last = known[0] if known else None
    set_to = None if last is None else read_figure(last.value)
    return {
        "key": parameter.key,
        "label": parameter.label,
        "unit": parameter.unit,
        "kind": parameter.kind,
        "doubt": parameter.doubt,
        "default": parameter.default,
        "min": parameter.minimum,
        "max": parameter.maximum,
        "value": _find_present(parameter, known),
        "is_own": set_to is not None and parameter.find_objection(set_to) is None,
        "no": 0 if last is None else last.no,
        "last": None if last is None else _tell(last, parameter),
    }


def _tell(one: ParameterChange, parameter: Parameter) -> dict[str, Any]:
    value = read_figure(one.value)
    return {
        "no": one.no,
        "value": parameter.default if value is None else value,
        "is_default": value is None,
        "reason": one.reason,
        "author": one.author,
        "changed_at": one.changed_at,
    }
