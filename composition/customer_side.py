"""The customers' API on the hall."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_smorest import Api, Blueprint

from backend.access.access_tokens import AccessTokens
from backend.access.consents import Consents
from backend.access.customer_sessions import CustomerSessions
from backend.access.customer_sign_in import CustomerSignIn
from backend.account_feed.forgetting import FeedForgetting
from backend.account_feed.records import FeedRecords
from backend.cases.account_cases import AccountCases
from backend.cases.account_pages import AccountPages
from backend.cases.alarm_service import AlarmService
from backend.cases.application_service import ApplicationService
from backend.cases.corrections import CorrectionDesk
from backend.cases.customer_commands import CustomerCommands
from backend.cases.customer_documents import CustomerDocuments
from backend.cases.customer_papers import CustomerPapers
from backend.cases.customer_signing import CustomerSigning
from backend.cases.document_checks import DocumentChecks
from backend.cases.drafts import DraftService
from backend.cases.erasure import CustomerErasure
from backend.cases.known_addresses import KnownAddresses
from backend.cases.objecting import CustomerObjections
from backend.cases.own_data import OwnData
from backend.cases.premises_checks import PremisesChecks
from backend.core.openapi import CUSTOMER_TOKEN
from backend.customers.accounts import GasAccounts
from backend.customers.bindings import AccountBindings
from backend.identity.paper_reading import PaperReading
from backend.metering.account_figures import AccountFigures
from backend.metering.invoice_buyers import forget_buyers
from backend.metering.settled_figures import AccountInvoices
from backend.realtime.tickets import SocketTickets
from composition.hall import DOUBTS, Hall, make_account_binding, make_sms_codes, offers_codes, read_clock
from composition.platforms import make_wechat_offer
from miniprogram_api.account_part_routes import make_account_part_routes
from miniprogram_api.account_routes import make_account_routes
from miniprogram_api.address_routes import make_address_routes
from miniprogram_api.alarm_routes import make_alarm_routes
from miniprogram_api.application_routes import make_application_routes
from miniprogram_api.appointment_routes import make_appointment_routes
from miniprogram_api.binding_routes import make_binding_routes
from miniprogram_api.case_routes import make_case_routes
from miniprogram_api.catalogue_routes import make_catalogue_routes
from miniprogram_api.check_routes import make_check_routes
from miniprogram_api.consent_routes import make_consent_routes
from miniprogram_api.counter_rating_routes import make_counter_rating_routes
from miniprogram_api.document_routes import make_document_routes
from miniprogram_api.draft_routes import make_draft_routes
from miniprogram_api.drawing_routes import make_drawing_routes
from miniprogram_api.erasure_routes import make_erasure_routes
from miniprogram_api.file_routes import make_file_routes
from miniprogram_api.guard import CustomerGuard
from miniprogram_api.identity_routes import make_identity_routes
from miniprogram_api.link_routes import make_link_routes, make_short_link_routes
from miniprogram_api.me_routes import make_me_routes
from miniprogram_api.message_routes import make_message_routes
from miniprogram_api.own_data_routes import make_own_data_routes
from miniprogram_api.paper_reading_routes import make_paper_reading_routes
from miniprogram_api.paper_routes import make_paper_routes
from miniprogram_api.payment_routes import make_payment_routes
from miniprogram_api.premises_routes import make_premises_routes
from miniprogram_api.realtime_routes import make_customer_realtime_routes
from miniprogram_api.session_routes import make_customer_session_routes
from payments.account_payments import AccountPayments
from payments.own_account_data import OwnAccountData
from payments.statements import PaymentStatements


def add_customer_side(app: Flask, api: Api, hall: Hall, limiter: Limiter) -> None:
    """Register all routes of customers and the guard before them."""
    settings = hall.settings
    api.spec.components.security_scheme(CUSTOMER_TOKEN, {"type": "http", "scheme": "bearer"})
    _add_sign_in(app, api, hall, limiter)
    applications = ApplicationService(
        hall.sessions, hall.cases, hall.offers, hall.organisation, hall.keys, hall.files, hall.names
    )
    desk = CorrectionDesk(hall.definitions, hall.organisation, hall.keys, hall.files)
    commands = CustomerCommands(
        hall.cases, hall.definitions, desk, hall.keys, hall.files, hall.urge_limit, hall.signing
    )
    alarms = AlarmService(hall.sessions, hall.cases, hall.organisation, hall.keys)
    for routes in (
        make_catalogue_routes(hall.reading, hall.offers, hall.organisation, settings.hotline_number),
        make_draft_routes(DraftService(hall.sessions, hall.offers, hall.keys, hall.files, read_clock)),
        make_address_routes(_make_known_addresses(hall)),
        make_premises_routes(PremisesChecks(hall.reading, hall.offers, DOUBTS, hall.keys), limiter),
        make_application_routes(applications, hall.customer_cases),
        make_case_routes(hall.customer_cases, commands, hall.notifications.count_unread),
        make_paper_routes(CustomerPapers(hall.reading, hall.definitions, hall.organisation, hall.offers)),
        make_account_routes(hall.accounts),
        make_binding_routes(make_account_binding(hall), _make_account_pages(hall), limiter),
        _make_account_parts(hall),
        make_drawing_routes(hall.drawings),
        make_payment_routes(_make_statements(hall), read_clock),
        make_document_routes(_make_documents(hall), _make_signing(hall), _make_objections(hall)),
        make_identity_routes(hall.identity_checks),
        make_appointment_routes(hall.sessions, hall.appointments, hall.visits, hall.customer_cases),
        make_alarm_routes(alarms, limiter, settings.hotline_number),
        make_message_routes(hall.notifications),
        make_link_routes(hall.links, limiter),
        make_counter_rating_routes(hall.counter_ratings, limiter),
        make_file_routes(hall.files),
        make_paper_reading_routes(
            PaperReading(hall.sessions, hall.files, hall.platforms.papers, read_clock), limiter
        ),
        make_customer_realtime_routes(SocketTickets(hall.redis)),
    ):
        api.register_blueprint(routes)
    api.register_blueprint(make_own_data_routes(_make_own_data(hall), limiter))
    api.register_blueprint(make_erasure_routes(_make_erasure(hall), limiter))
    app.register_blueprint(make_short_link_routes())
    checks = DocumentChecks(hall.reading, hall.definitions)
    app.register_blueprint(make_check_routes(checks, limiter, settings.hotline_number))


def _make_known_addresses(hall: Hall) -> KnownAddresses:
    bindings = AccountBindings(hall.keys, hall.customers)
    return KnownAddresses(hall.reading, hall.definitions, hall.keys, bindings)


def _make_account_pages(hall: Hall) -> AccountPages:
    return AccountPages(
        hall.reading,
        AccountBindings(hall.keys, hall.customers),
        GasAccounts(hall.keys, hall.customers),
        hall.organisation,
        read_clock,
    )


def _make_account_parts(hall: Hall) -> Blueprint:
    bindings = AccountBindings(hall.keys, hall.customers)
    cases = AccountCases(hall.reading, bindings, hall.definitions, hall.offers, hall.keys, read_clock)
    payments = AccountPayments(hall.reading, bindings, hall.offers)
    figures = AccountFigures(hall.reading, bindings, read_clock)
    invoices = AccountInvoices(hall.reading, bindings, hall.keys)
    return make_account_part_routes(figures, cases, payments, invoices)


def _make_own_data(hall: Hall) -> OwnData:
    bindings = AccountBindings(hall.keys, hall.customers)
    payments = AccountPayments(hall.reading, bindings, hall.offers)
    invoices = AccountInvoices(hall.reading, bindings, hall.keys)
    return OwnData(
        hall.reading,
        hall.customers,
        bindings,
        hall.definitions,
        hall.offers,
        hall.keys,
        hall.typesetter,
        OwnAccountData(bindings, payments, invoices).write,
        hall.settings.company_name or "",
        read_clock,
    )


def _make_erasure(hall: Hall) -> CustomerErasure:
    codes, offers = make_sms_codes(hall), offers_codes(hall.settings)
    forget = (FeedForgetting(FeedRecords(hall.keys)).forget, forget_buyers)
    return CustomerErasure(hall.sessions, hall.customers, codes, offers, forget, read_clock)


def _make_statements(hall: Hall) -> PaymentStatements:
    return PaymentStatements(hall.reading, hall.definitions, hall.organisation, hall.calendar)


def _make_documents(hall: Hall) -> CustomerDocuments:
    return CustomerDocuments(
        hall.sessions,
        hall.reading,
        hall.documents,
        hall.filled_documents,
        hall.printer,
        hall.signing,
        hall.definitions,
        hall.keys,
        hall.files,
    )


def _make_objections(hall: Hall) -> CustomerObjections:
    return CustomerObjections(hall.cases, hall.filled_documents, hall.signing, hall.keys)


def _make_signing(hall: Hall) -> CustomerSigning:
    return CustomerSigning(
        hall.sessions,
        hall.filled_documents,
        hall.signing,
        hall.customers,
        make_sms_codes(hall),
        hall.keys,
        offers_sms=offers_codes(hall.settings),
        now=read_clock,
    )


def _add_sign_in(app: Flask, api: Api, hall: Hall, limiter: Limiter) -> None:
    settings = hall.settings
    tokens = AccessTokens(settings.secret_key)
    sessions = CustomerSessions(hall.sessions, hall.engine, hall.customers, tokens, read_clock)
    sign_in = CustomerSignIn(
        hall.sessions,
        hall.customers,
        sessions,
        make_sms_codes(hall),
        make_wechat_offer(settings, hall.platforms),
        offers_sms=offers_codes(settings),
        now=read_clock,
    )
    CustomerGuard(tokens, sessions, hall.links, read_clock).install(app)
    api.register_blueprint(
        make_customer_session_routes(sign_in, sessions, limiter, over_https=not settings.demo_mode)
    )
    api.register_blueprint(make_me_routes(sign_in, limiter))
    api.register_blueprint(make_consent_routes(Consents(hall.sessions, read_clock)))
