"""Every code that the tree can answer with has a Chinese sentence, wherever the code is written out."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import wsgi
from backend.access.sms_codes import SmsCodes
from backend.cases.errors import RefusalCode
from backend.core.error_texts import ERROR_TEXTS, FIELD_TEXTS
from backend.core.errors import AppError, code_of_status
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.documents.template_desk import FAULT_CODES

ROOT = Path(__file__).parents[1]
FOLDERS = ("backend", "composition", "miniprogram_api", "payments", "staff_api")
# Their first argument is the platform's name; their one code is looked at in their own bodies.
OTHERWISE_MADE = (PlatformRefused, PlatformUnavailable)
# Codes that come from elsewhere than a literal, and what holds those.
OPEN = {
    "backend/access/customer_sign_in.py: Invalid(fault)": "of SmsCodes.find_fault, looked at below",
    "backend/cases/deadline_extensions.py: CommandRefused(objection)": "held by its rules' unit test",
    "backend/cases/engine.py: CommandRefused(refusal)": "guards' codes, held by tests/test_house.py",
    "backend/core/errors.py: problem(error.code)": "that of an error which was made elsewhere",
    "backend/account_imports/reading_apart.py: Invalid(content.decode())": "raised by the process that reads",
    "backend/documents/template_desk.py: Invalid(first.code)": "those of FAULT_CODES, looked at below",
    "backend/core/http.py: problem(code_of_status(status))": "those of HTTP, looked at below",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def list_classes(of: type[AppError] = AppError) -> Iterator[type[AppError]]:
    yield of
    for one in of.__subclasses__():
        yield from list_classes(one)


def name_of(function: ast.expr) -> str:
    """Return what a call calls, without where it comes from."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


@dataclass(frozen=True)
class Call:
    """A call in the tree, with the function and the class round it."""

    place: str
    node: ast.Call
    function: ast.FunctionDef | None
    klass: ast.ClassDef | None


def list_calls(
    place: str, node: ast.AST, function: ast.FunctionDef | None = None, klass: ast.ClassDef | None = None
) -> Iterator[Call]:
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Call):
            yield Call(place, inner, function, klass)
        yield from list_calls(
            place,
            inner,
            inner if isinstance(inner, ast.FunctionDef) else function,
            inner if isinstance(inner, ast.ClassDef) else klass,
        )


PATHS = [ROOT / "wsgi.py", *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))]
CALLS = [
    call
    for path in PATHS
    for call in list_calls(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
]


class Unresolved(Exception):
    """A code that is neither written out nor handed in by callers who write it out."""


def follow(code: ast.expr, call: Call) -> set[str]:
    """Return the literals that an argument can be, through the parameters of the functions round it."""
    if isinstance(code, ast.Constant):
        return {code.value} if isinstance(code.value, str) else set()
    if isinstance(code, ast.IfExp):
        return follow(code.body, call) | follow(code.orelse, call)
    if isinstance(code, ast.Attribute) and ast.unparse(code.value) == "RefusalCode":
        return {RefusalCode[code.attr].value}
    within = call.function
    if isinstance(code, ast.Name) and within is not None:
        parameters = [one.arg for one in within.args.args if one.arg not in ("self", "cls")]
        if code.id in parameters:
            found: set[str] = set()
            for other in CALLS:
                # A private name is another function in another file.
                if within.name.startswith("_") and other.place != call.place:
                    continue
                if name_of(other.node.func) == within.name:
                    found |= follow(find_argument(other.node, code.id, parameters.index(code.id)), other)
            return found
    raise Unresolved


def find_argument(node: ast.Call, name: str, position: int) -> ast.expr:
    named = [one.value for one in node.keywords if one.arg == name]
    if named:
        return named[0]
    if position >= len(node.args):
        raise Unresolved
    return node.args[position]


def list_codes() -> tuple[dict[str, str], set[str]]:
    """Return code → a place where it is given, and the places where it cannot be told."""
    makers = {one.__name__ for one in list_classes() if one not in OTHERWISE_MADE} | {"problem"}
    own_bodies = {one.__name__ for one in OTHERWISE_MADE}
    codes: dict[str, str] = {}
    unresolved: set[str] = set()
    for call in CALLS:
        name = name_of(call.node.func)
        is_own = name == "__init__" and call.klass is not None and call.klass.name in own_bodies
        given = [one.value for one in call.node.keywords if one.arg == "code"] or call.node.args[:1]
        if (name not in makers and not is_own) or not given:
            continue
        try:
            codes |= dict.fromkeys(follow(given[0], call), f"{call.place}:{call.node.lineno}")
        except Unresolved:
            unresolved.add(f"{call.place}: {name}({ast.unparse(given[0])})")
    return codes, unresolved


def is_text_returned(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Return)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def find_silent(codes: set[str]) -> set[str]:
    """Return those without a Chinese sentence."""
    return {code for code in codes if not CHINESE.search(ERROR_TEXTS.get(code, ""))}


def test_every_code_in_the_tree_has_a_chinese_sentence() -> None:
    codes, unresolved = list_codes()
    # The scan sees what it should: a plain one, one by way of a parameter, one by way of two, one of a class.
    seen = {"slot_full", "roster_taken", "promise_settled", "platform_refused", "document_not_owable"}
    assert seen <= codes.keys()
    assert {code: codes[code] for code in find_silent(set(codes))} == {}
    assert unresolved == set(OPEN)


def test_every_code_that_no_call_writes_out_has_one_too() -> None:
    # The composition root brings in every module that may have a class of its own.
    assert wsgi.create_app
    settled = {one.default_code for one in list_classes() if hasattr(one, "default_code")}
    settled |= {code_of_status(status) for status in range(400, 600)}
    faults = ast.parse(textwrap.dedent(inspect.getsource(SmsCodes.find_fault)))
    returned = {one.value.value for one in ast.walk(faults) if is_text_returned(one)}
    assert len(returned) == 2
    settled |= returned | set(FAULT_CODES)
    assert find_silent(settled) == set()


def test_every_fault_of_a_field_has_a_chinese_sentence() -> None:
    """A field's fault is a code with a sentence, or the sentence itself."""
    lacking = {
        (f"{call.place}:{value.lineno}", value.value)
        for call in CALLS
        for keyword in call.node.keywords
        if keyword.arg == "fields" and isinstance(keyword.value, ast.Dict)
        for fault in keyword.value.values
        for value in ([fault.body, fault.orelse] if isinstance(fault, ast.IfExp) else [fault])
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
        if not CHINESE.search(FIELD_TEXTS.get(value.value, value.value))
    }
    assert lacking == set()
