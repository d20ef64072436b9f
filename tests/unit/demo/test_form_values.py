"""What the demonstration and the scenarios write into forms passes every form that is shipped."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from backend.catalogue.folder import read_folder
from backend.catalogue.forms import FormField, build_form, validate_values
from deploy.demo.form_values import FormWriter

FORMS = {key: build_form(body) for key, body in read_folder().forms.items()}


def _put_files(field: FormField) -> list[str]:
    return [f"file-{at}-of-{field.key}" for at in range(field.min_count or 1)]


def _make_writer(whole: bool = False, **chosen: Any) -> FormWriter:
    return FormWriter(date(2026, 11, 26), random.Random(1), _put_files, chosen, whole)


@pytest.mark.parametrize("whole", [False, True], ids=["what has to be", "everything"])
@pytest.mark.parametrize("key", sorted(FORMS))
def test_every_form_is_filled_in_validly(key: str, whole: bool) -> None:
    written = _make_writer(whole).write(FORMS[key], {})
    assert written and not validate_values(FORMS[key], written).faults


def test_what_is_chosen_and_what_is_there_stays() -> None:
    form = FORMS["rectification_notice_residential"]
    written = _make_writer(rectify_by="2026-12-01").write(form, {"occupant_name": "王秀英"})
    assert written["rectify_by"] == "2026-12-01"
    assert "occupant_name" not in written


def test_what_is_picked_is_taken_up_where_it_has_to_be() -> None:
    form = FORMS["inspection_report_residential"]
    written = _make_writer(hazards_found=["h11", "h30"]).write(form, {})
    assert written["other_text"] and not validate_values(form, written).faults
