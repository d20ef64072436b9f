"""The table of all figures with their bars."""

from __future__ import annotations

from bench import (
    account_imports,
    account_lookups,
    case_starts,
    contract_pdf,
    definitions,
    engine_memory,
    engine_persisted,
    outbox_relay,
    queue_pages,
    sockets,
    web_figures,
)
from bench.figures import Bar, Figure
from bench.run import Group

GROUPS = (
    Group(
        "http",
        (
            Figure("submit_http", "route", "raw route", "requests/s", Bar.AT_LEAST, 0.65),
            Figure("review_http", "route", "raw route", "requests/s", Bar.AT_LEAST, 0.65),
            Figure("read_case_http", "route", "raw route", "requests/s", Bar.AT_LEAST, 0.8),
        ),
        web_figures.measure,
    ),
    Group(
        "engine_memory",
        (Figure("engine_memory", "engine", "SpiffWorkflow", "steps/s", Bar.AT_LEAST, 30),),
        engine_memory.measure,
    ),
    Group(
        "engine_persisted",
        (Figure("engine_persisted", "case service", "SpiffWorkflow", "steps/s", Bar.AT_LEAST, 1.5),),
        engine_persisted.measure,
    ),
    Group(
        "outbox_relay",
        (Figure("outbox_relay", "relay", "bare claim", "rows/s", Bar.AT_LEAST, 0.7),),
        outbox_relay.measure,
    ),
    Group(
        "queues",
        (
            Figure("queue_pages", "1,000,000 cases", "10,000", "ms", Bar.AT_MOST, 1.5),
            Figure("queue_counts", "1,000,000 cases", "10,000", "ms", Bar.AT_MOST, 1.5),
        ),
        queue_pages.measure,
    ),
    Group(
        "sockets",
        (
            Figure("sockets_memory", "route", "bare handler", "KiB a socket", Bar.AT_MOST, 1.3),
            Figure("sockets_hints", "route", "bare handler", "ms (p95)", Bar.AT_MOST, 2),
        ),
        sockets.measure,
    ),
    Group(
        "definitions",
        (Figure("definitions_load", "load and lint", "parse", "ms", Bar.AT_MOST, 10),),
        definitions.measure,
    ),
    Group(
        "case_starts",
        (Figure("case_start", "slowest process", "simplest", "ms", Bar.AT_MOST, 1.3),),
        case_starts.measure,
    ),
    Group(
        "accounts",
        (
            Figure("account_by_no", "10,000,000 accounts", "10,000", "ms", Bar.AT_MOST, 1.3),
            Figure("account_by_phone", "10,000,000 accounts", "10,000", "ms", Bar.AT_MOST, 1.3),
            Figure("account_pages", "10,000,000 accounts", "10,000", "ms", Bar.AT_MOST, 2),
            Figure("sealed_page", "sealed", "in clear", "ms", Bar.AT_MOST, 1.15),
        ),
        account_lookups.measure,
    ),
    Group(
        "account_imports",
        (
            Figure("import_csv", "import", "bare loop", "rows/s", Bar.AT_LEAST, 0.5),
            Figure("import_excel", "import", "bare openpyxl", "rows/s", Bar.AT_LEAST, 0.5),
        ),
        account_imports.measure,
    ),
    Group(
        "contracts",
        (Figure("contract_pdf", "route", "bare typst", "ms", Bar.AT_MOST, 3),),
        contract_pdf.measure,
    ),
)
