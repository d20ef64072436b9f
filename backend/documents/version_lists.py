"""What the company keeps in versions of its own, as lists that leave as Excel files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.catalogue.form_desk import FormDesk
from backend.catalogue.parameter_desk import ParameterDesk
from backend.core.spreadsheet import Column, Kind
from backend.documents.template_desk import TemplateDesk
from backend.organisation.leads import CENTRE_KEEPERS
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member

_VERSION = (
    Column("version_no", "版本", Kind.COUNT, 8),
    Column("is_own", "公司改过", Kind.YES_NO, 10),
    Column("author", "改动人", width=16),
    Column("published_at", "启用时间", Kind.MOMENT, 18),
)
_FORMS = (
    Column("name", "表单", width=36),
    Column("fields", "项数", Kind.COUNT, 8),
    Column("doubts", "待核对", Kind.COUNT, 8),
    *_VERSION,
)
_TEMPLATES = (Column("name", "合同", width=36), *_VERSION)
_PARAMETERS = (
    Column("process", "流程", width=28),
    Column("label", "参数", width=36),
    Column("value", "现在用", width=12),
    Column("default", "默认", width=12),
    Column("unit", "单位", width=10),
    Column("author", "改动人", width=16),
    Column("changed_at", "改动时间", Kind.MOMENT, 18),
    Column("reason", "改动原因", width=36),
    Column("doubt", "手册里的疑问", width=60),
)


def list_version_exports(
    forms: FormDesk, templates: TemplateDesk, parameters: ParameterDesk
) -> dict[str, Exportable]:
    """Return the lists by key; those have them who keep what they list."""

    def open_forms(_member: Member, asked: Asked) -> OpenedList:
        words = _read_words(asked)
        return OpenedList("表单", _FORMS, (one for one in forms.list_forms() if words in one["name"]))

    def open_templates(_member: Member, _asked: Asked) -> OpenedList:
        return OpenedList("合同范本", _TEMPLATES, templates.list_templates())

    def open_parameters(_member: Member, asked: Asked) -> OpenedList:
        return OpenedList("业务参数", _PARAMETERS, _list_rows(parameters, _read_words(asked)))

    keepers = frozenset(CENTRE_KEEPERS)
    return {
        "forms": Exportable(open_forms, keepers),
        "templates": Exportable(open_templates, keepers),
        "parameters": Exportable(open_parameters, keepers),
    }


def _read_words(asked: Asked) -> str:
    return str(asked.get("q") or "").strip()


def _list_rows(parameters: ParameterDesk, words: str) -> Iterator[Mapping[str, Any]]:
    for group in parameters.list_parameters():
        for one in group["parameters"]:
            if words not in group["name"] and words not in one["label"]:
                continue
            last = one["last"] or {}
            told = {key: last.get(key) for key in ("author", "changed_at", "reason")}
            # A figure of days or of tries is read as it is written, without a tail of noughts.
            figures = {key: f"{one[key]:g}" for key in ("value", "default")}
            yield {**one, **told, **figures, "process": group["name"]}
