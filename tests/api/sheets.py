"""What an exported Excel file holds."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook
from werkzeug.test import TestResponse


def read_sheet(answer: TestResponse) -> list[dict[str, Any]]:
    """Return the rows of a file by the headings of its columns."""
    assert answer.status_code == 200, answer.text
    heading, *rows = load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]
