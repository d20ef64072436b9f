"""The staff's API on the hall."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_smorest import Api

from backend.access.looks import record_look
from backend.access.online_staff import list_online
from backend.access.passwords import hash_password, make_first_password
from backend.access.staff_sessions import StaffSessions
from backend.appointments.hours_table import make_hours_table
from backend.appointments.staff_booking import StaffBooking
from backend.appointments.visiting_hours import HoursDesk, HoursUpkeep
from backend.cases.alarm_screen import AlarmScreen
from backend.cases.batch_printing import BatchPrinting
from backend.cases.boards import Boards
from backend.cases.businesses import list_businesses
from backend.cases.call_desk import CallDesk
from backend.cases.caller_identity import CallerIdentity
from backend.cases.co_handling import CoHandling
from backend.cases.deadline_extensions import DeadlineExtensions
from backend.cases.drawing import Lots
from backend.cases.forwarding import CaseForwarding
from backend.cases.intake import IntakeService, list_starters
from backend.cases.intake_search import IntakeSearch
from backend.cases.objection_answering import ObjectionAnswers
from backend.cases.premises_checks import CasePremises
from backend.cases.return_reasons import ReturnReasons
from backend.cases.same_customer import SameCustomer
from backend.cases.staff_access import PostMap, StaffAccess, map_posts
from backend.cases.staff_cases import Sources, StaffCases
from backend.cases.staff_commands import StaffCommands
from backend.cases.staff_documents import StaffDocuments
from backend.cases.staff_handover import StaffHandover, list_keepers
from backend.cases.staff_queues import StaffQueues
from backend.cases.staff_remarks import StaffRemarks
from backend.cases.staff_rows import RowWriter
from backend.cases.works_list import WorksList, find_works_posts
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.folder import CLASSIFICATION_RULES, PROCESSES_FOLDER
from backend.catalogue.form_desk import FormDesk
from backend.catalogue.loader import build_process, read_body
from backend.catalogue.parameter_desk import ParameterDesk
from backend.documents.template_desk import TemplateDesk
from backend.documents.version_lists import list_version_exports
from backend.identity.paper_reading import PaperReading
from backend.knowledge.articles import KnowledgeBase
from backend.knowledge.round_lists import list_round_exports
from backend.knowledge.rounds import KnowledgeRounds
from backend.ledgers.rules import read_rules
from backend.ledgers.service import CustomerLedger
from backend.metering.tariffs import TariffDesk
from backend.notifications.staff_choices import BROWSER, SMS, WECOM, StaffNoticeDesk
from backend.organisation.desk import OrganisationDesk
from backend.organisation.leads import CENTRE_KEEPERS, find_leads, find_present
from backend.organisation.list_exports import Exportable
from backend.organisation.members import MemberDirectory
from backend.organisation.roster_upkeep import RosterUpkeep
from backend.organisation.staff_upkeep import StaffUpkeep
from backend.organisation.tables import OrganisationTables
from backend.organisation.upkeep import OrganisationUpkeep
from backend.plans.exporting import list_plan_exports
from backend.plans.service import AccountPlans
from backend.realtime.tickets import SocketTickets
from composition.account_feed import make_difference_desk
from composition.account_imports import make_account_exports, make_account_imports
from composition.hall import DOUBTS, GUARDS, Hall, read_clock
from composition.list_exports import list_case_exports, list_organisation_exports
from composition.promises import make_staff_notices
from payments.statements import PaymentStatements
from staff_api.account_export_routes import make_account_export_routes
from staff_api.account_routes import make_account_routes
from staff_api.alarm_routes import make_alarm_routes
from staff_api.board_routes import make_board_routes
from staff_api.booking_routes import make_booking_routes
from staff_api.call_routes import make_call_routes
from staff_api.case_routes import make_case_routes
from staff_api.console_parts import LEDGER_READERS, PLAN_READERS, ConsoleParts
from staff_api.contract_routes import make_contract_callback_routes, make_contract_routes
from staff_api.difference_routes import make_difference_routes
from staff_api.document_routes import make_case_print_routes, make_document_routes
from staff_api.drawing_routes import make_drawing_routes
from staff_api.extension_routes import make_extension_routes
from staff_api.fee_routes import make_fee_routes
from staff_api.file_routes import make_staff_file_routes
from staff_api.form_routes import make_form_routes
from staff_api.forward_routes import make_forward_routes
from staff_api.guard import StaffGuard
from staff_api.hours_routes import make_hours_routes
from staff_api.identity_routes import make_staff_identity_routes
from staff_api.import_routes import make_import_routes
from staff_api.intake_routes import make_intake_routes
from staff_api.knowledge_routes import make_knowledge_routes, make_round_routes
from staff_api.ledger_routes import make_ledger_routes
from staff_api.link_routes import make_link_routes
from staff_api.member_routes import make_member_routes, make_reason_routes
from staff_api.notice_routes import make_notice_routes
from staff_api.organisation_routes import make_organisation_routes, make_unit_routes
from staff_api.organisation_tables import make_table_routes
from staff_api.paper_reading_routes import make_staff_paper_reading_routes
from staff_api.parameter_routes import make_parameter_routes
from staff_api.plan_routes import make_plan_routes
from staff_api.premises_routes import make_case_premises_routes
from staff_api.print_routes import make_print_routes
from staff_api.queue_routes import make_queue_routes
from staff_api.rating_routes import make_rating_routes
from staff_api.realtime_routes import make_staff_realtime_routes
from staff_api.record_routes import make_record_routes
from staff_api.roster_routes import make_roster_routes
from staff_api.session_routes import make_session_routes
from staff_api.staff_routes import make_staff_routes
from staff_api.tariff_routes import make_tariff_routes
from staff_api.team_routes import make_team_routes
from staff_api.template_routes import make_template_routes
from staff_api.visit_routes import make_visit_routes


def add_staff_side(app: Flask, api: Api, hall: Hall, limiter: Limiter) -> dict[str, Exportable]:
    """Register all routes of staff and the guard before them; returns the lists that can be exported."""
    settings = hall.settings
    staff_sessions = StaffSessions(hall.sessions, hall.organisation, read_clock, settings.secret_key)
    # Demonstration runs on loopback without HTTPS, and its people keep their known passwords.
    guard = StaffGuard(
        staff_sessions, over_https=not settings.demo_mode, forces_change=not settings.demo_mode
    )
    guard.install(app)
    for name, scheme in guard.describe().items():
        api.spec.components.security_scheme(name, scheme)
    processes = [build_process(body) for body in hall.content.processes.values()]
    posts = map_posts(processes)
    keepers = list_keepers(posts)
    parts = ConsoleParts(
        keepers,
        list_starters(processes),
        find_works_posts(processes, posts),
        keepers | set(CENTRE_KEEPERS),
        hall.platforms.master is not None,
    )
    api.register_blueprint(make_session_routes(staff_sessions, guard, parts))
    lists = _add_cases(api, hall, posts, parts, processes)
    lists |= _add_organisation(api, hall, staff_sessions, parts)
    lists |= _add_knowledge_and_ledger(api, hall)
    lists |= _add_plans(api, hall)
    papers = PaperReading(hall.sessions, hall.files, hall.platforms.papers, read_clock)
    api.register_blueprint(make_staff_paper_reading_routes(papers, limiter))
    api.register_blueprint(make_import_routes(make_account_imports(hall)))
    api.register_blueprint(make_account_export_routes(make_account_exports(hall)))
    api.register_blueprint(make_difference_routes(make_difference_desk(hall)))
    api.register_blueprint(make_tariff_routes(TariffDesk(hall.sessions, hall.organisation, read_clock)))
    parties = frozenset({*hall.content.party_names, *hall.content.post_names})
    app.register_blueprint(make_contract_callback_routes(hall.contracts))
    forms = FormDesk(hall.sessions, parties, read_clock)
    parameters = ParameterDesk(hall.sessions, hall.parameters, read_clock)
    templates = TemplateDesk(hall.sessions, hall.typesetter, settings.company_name or "", read_clock)
    for routes in (
        make_staff_file_routes(hall.files),
        make_form_routes(forms),
        make_parameter_routes(parameters),
        make_template_routes(templates),
        make_visit_routes(hall.visits),
        make_staff_realtime_routes(SocketTickets(hall.redis)),
    ):
        api.register_blueprint(routes)
    return lists | list_version_exports(forms, templates, parameters)


def _add_organisation(
    api: Api, hall: Hall, staff_sessions: StaffSessions, parts: ConsoleParts
) -> dict[str, Exportable]:
    organisation, content = hall.organisation, hall.content
    upkeep = OrganisationUpkeep(organisation)
    staff = StaffUpkeep(organisation, hall.keys, make_hashed_password)
    desk = OrganisationDesk(hall.sessions, organisation, hall.keys, upkeep, staff, read_clock)
    hours = HoursUpkeep(organisation)
    hours_desk = HoursDesk(hall.sessions, hours, read_clock)
    tables = OrganisationTables(
        hall.sessions, upkeep, staff, RosterUpkeep(organisation), content.post_names, read_clock,
        {"slot-rules": make_hours_table(hours)},
    )  # fmt: skip
    post_names = {
        kind: {key: name for key, name in content.post_names.items() if key in keys}
        for kind, keys in (("positions", content.positions), ("departments", content.departments))
    }
    for routes in (
        make_unit_routes(desk),
        make_organisation_routes(desk, parts),
        make_staff_routes(desk, staff_sessions, post_names, parts),
        make_roster_routes(desk, parts),
        make_hours_routes(hours_desk, parts),
        make_table_routes(tables),
    ):
        api.register_blueprint(routes)
    return list_organisation_exports(hall, desk, hours_desk, parts.unit_people)


def _add_cases(
    api: Api, hall: Hall, posts: PostMap, parts: ConsoleParts, startable: Sequence[ProcessDefinition]
) -> dict[str, Exportable]:
    sessions, organisation, definitions = hall.sessions, hall.organisation, hall.definitions
    access = StaffAccess(definitions)
    statements = PaymentStatements(hall.reading, definitions, organisation, hall.calendar)
    services = {one.key: one.name for one in hall.content.services}
    processes = {key: str(body["name"]) for key, body in hall.content.processes.items()}
    rows = RowWriter(organisation, definitions, services, hall.calendar, hall.keys, read_clock)
    sources = Sources(
        hall.customer_cases.write_progress,
        hall.appointments,
        hall.files,
        record_look,
        dict(hall.content.post_names),
        {**hall.content.post_names, **hall.content.party_names},
        parts.unit_people,
    )
    directory = MemberDirectory(organisation)
    cases = StaffCases(
        sessions,
        hall.reading,
        access,
        organisation,
        definitions,
        GUARDS,
        rows,
        hall.keys,
        sources,
        read_clock,
    )
    commands = StaffCommands(
        sessions,
        hall.reading,
        hall.cases,
        access,
        organisation,
        directory,
        definitions,
        hall.files,
        hall.keys,
        Lots(list_online, secrets.choice),
        hall.signing,
        read_clock,
    )
    documents = StaffDocuments(
        sessions, hall.reading, access, organisation, hall.documents, hall.filled_documents, hall.printer,
        hall.signing, hall.content.positions | hall.content.departments, definitions, hall.keys, record_look,
        read_clock,
    )  # fmt: skip
    handover = StaffHandover(
        sessions, hall.cases, access, organisation, directory, hall.appointments, definitions,
        parts.unit_people, lambda service, process: services.get(service or "") or processes[process],
        make_staff_notices(hall).tell, read_clock,
    )  # fmt: skip
    intake = IntakeService(
        hall.reading, hall.cases, startable, definitions, organisation, hall.customers, hall.files, hall.keys,
        services, read_clock,
    )  # fmt: skip
    search = IntakeSearch(sessions, hall.customers, access, rows, hall.keys, record_look, read_clock)
    calls = CallDesk(
        sessions, hall.cases, hall.customer_cases, hall.customers, definitions, access, rows,
        hall.urge_limit, hall.keys, sources.party_names, record_look, read_clock,
    )  # fmt: skip
    identity = CallerIdentity(sessions, definitions, rows, hall.keys, record_look, read_clock)
    queues, reasons = StaffQueues(sessions, posts, rows, hall.keys, read_clock), ReturnReasons(sessions)
    extensions = DeadlineExtensions(
        sessions, hall.cases, access, definitions, make_staff_notices(hall).tell, find_leads, read_clock
    )
    forwarding = CaseForwarding(
        sessions, hall.cases, access, definitions, directory, find_present, make_staff_notices(hall).tell,
        hall.content.post_names, parts.unit_people,
    )  # fmt: skip
    helping = CoHandling(sessions, hall.cases, access, directory, hall.files, parts.unit_people, read_clock)
    for routes in (
        make_booking_routes(StaffBooking(sessions, access, hall.appointments), cases),
        make_team_routes(helping, handover, cases),
        make_extension_routes(extensions, cases),
        make_forward_routes(forwarding, cases),
        make_intake_routes(intake, search),
        make_call_routes(calls, identity),
        make_queue_routes(queues, list_businesses(hall.content.services, startable)),
        make_alarm_routes(AlarmScreen(sessions, organisation, access, definitions, find_leads)),
        make_case_routes(
            cases,
            commands,
            StaffRemarks(sessions, access, hall.keys, read_clock),
            SameCustomer(sessions, access, rows, read_clock),
        ),
        make_document_routes(
            documents, ObjectionAnswers(hall.cases, access, hall.filled_documents, hall.keys)
        ),
        make_link_routes(hall.links),
        make_rating_routes(hall.counter_ratings, hall.settings.public_base_url),
        make_notice_routes(make_notice_desk(hall)),
        make_contract_routes(hall.contracts),
        make_account_routes(hall.accounts),
        make_drawing_routes(hall.drawings),
        make_fee_routes(statements, access, read_clock),
        make_staff_identity_routes(hall.identity_decisions),
        make_record_routes(hall.records, hall.books),
        make_case_premises_routes(CasePremises(hall.reading, access, hall.offers, DOUBTS)),
        make_case_print_routes(documents),
        make_print_routes(
            BatchPrinting(sessions, access, hall.filled_documents, hall.printer, record_look, read_clock)
        ),
        make_member_routes(handover),
        make_reason_routes(reasons),
    ):
        api.register_blueprint(routes)
    works = WorksList(sessions, posts, startable, rows, hall.calendar, read_clock)
    boards = Boards(sessions, organisation, posts, hall.content.post_names, read_clock)
    api.register_blueprint(make_board_routes(works, boards, parts))
    lists = list_case_exports(hall, queues, reasons)
    return {**lists, **works.list_exports(parts.works), **boards.list_exports(parts.boards)}


def _add_knowledge_and_ledger(api: Api, hall: Hall) -> dict[str, Exportable]:
    base = KnowledgeBase(hall.sessions, hall.organisation, read_clock)
    rounds = KnowledgeRounds(
        hall.sessions, hall.cases, StaffAccess(hall.definitions), hall.definitions, hall.organisation,
        hall.content.post_names, read_clock,
    )  # fmt: skip
    api.register_blueprint(make_knowledge_routes(base))
    api.register_blueprint(make_round_routes(rounds))
    rules: Any = read_body(PROCESSES_FOLDER / CLASSIFICATION_RULES)
    ledger = CustomerLedger(
        hall.sessions, hall.cases, StaffAccess(hall.definitions), hall.organisation, hall.keys,
        read_rules(rules), read_clock,
    )  # fmt: skip
    api.register_blueprint(make_ledger_routes(ledger))
    return {**base.list_exports(), **list_round_exports(rounds), **ledger.list_exports(LEDGER_READERS)}


def _add_plans(api: Api, hall: Hall) -> dict[str, Exportable]:
    plans = AccountPlans(hall.sessions, hall.organisation, MemberDirectory(hall.organisation), read_clock)
    api.register_blueprint(make_plan_routes(plans))
    return list_plan_exports(plans, PLAN_READERS)


def make_notice_desk(hall: Hall) -> StaffNoticeDesk:
    """Return the desk of staff's own notices, with the ways that the settings set up."""
    platforms = hall.platforms
    ways = {SMS: platforms.sms is not None, WECOM: platforms.wecom is not None, BROWSER: True}
    offered = [one for one, is_there in ways.items() if is_there]
    return StaffNoticeDesk(hall.sessions, hall.organisation, offered, read_clock)


def make_hashed_password() -> tuple[str, str]:
    """Return a fresh first password and its hash."""
    password = make_first_password()
    return password, hash_password(password)
