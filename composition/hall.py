"""The hall: every component that more than one side of it uses, made once from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from backend.access.account_binding import AccountBinding
from backend.access.consents import move_consents
from backend.access.customer_sessions import move_sessions
from backend.access.sms_codes import SmsCodes
from backend.appointments.service import AppointmentService
from backend.appointments.visits import VISIT_EFFECTS, VisitService, release_visit
from backend.cases.account_effects import ACCOUNT_EFFECTS, make_account_effects
from backend.cases.alarm_place import TAKE_PLACE, make_place_effect
from backend.cases.awaited_signatures import forget_awaited
from backend.cases.caller_identity import NEEDED
from backend.cases.case_accounts import CaseAccounts
from backend.cases.case_links import CaseLinks
from backend.cases.case_reading import CustomerCases
from backend.cases.case_starts import start_case
from backend.cases.case_terms import CaseTerms
from backend.cases.commands import Guard
from backend.cases.contract_reviews import CONTRACT_EFFECTS, ContractReviews
from backend.cases.contract_wording import ContractWordings
from backend.cases.counter_ratings import CounterRatings
from backend.cases.deadline_keeper import DeadlineKeeper
from backend.cases.document_printing import DocumentPrinter
from backend.cases.document_signing import DocumentSigning
from backend.cases.document_sources import DocumentSources
from backend.cases.documents import DocumentDesk
from backend.cases.effects import CASE_EFFECTS
from backend.cases.file_retention import make_file_keeper
from backend.cases.filled_documents import FilledDocuments
from backend.cases.guards import CASE_GUARDS, IDENTITY_VERIFIED
from backend.cases.identity_checks import IdentityChecks
from backend.cases.identity_decisions import IdentityDecisions
from backend.cases.identity_rows import move_identity_checks
from backend.cases.link_sending import PURPOSE as LINK_PURPOSE
from backend.cases.merging import move_cases
from backend.cases.name_check_rows import move_name_checks
from backend.cases.name_checks import NameComparing
from backend.cases.offers import Offers
from backend.cases.premises_doubts import PremisesDoubts, make_premises_guards
from backend.cases.printed_heads import PrintedHeads
from backend.cases.record_matching import RecordMatching
from backend.cases.service import CaseService, Effect
from backend.cases.staff_access import StaffAccess
from backend.cases.urging import UrgeLimit
from backend.cases.works_drawing_views import WorksDrawings
from backend.catalogue.folder import MESSAGES_FILE, PROCESSES_FOLDER, ProcessesFolder, read_folder
from backend.catalogue.loader import build_process, read_body
from backend.catalogue.parameter_changes import ParameterChanges
from backend.catalogue.service import DefinitionStore
from backend.catalogue.vocabulary import Vocabulary
from backend.core.calendar_service import CalendarService
from backend.core.config import Settings
from backend.core.encryption import KeyRing
from backend.core.statements import ReadingSession
from backend.customers.accounts import GasAccounts
from backend.customers.bindings import AccountBindings
from backend.customers.merging import MergeFollower
from backend.customers.service import CustomersService
from backend.documents.typesetting import FONT, Typesetter
from backend.files.links import FileLinks
from backend.files.merging import move_files
from backend.files.service import FileService
from backend.files.watermarks import Watermarks
from backend.knowledge.publishing import KNOWLEDGE_EFFECTS
from backend.ledgers.classes import LEDGER_EFFECTS
from backend.ledgers.new_customers import LEDGER_GUARDS
from backend.maps.coordinates import convert_wgs84
from backend.maps.port import Arrival, GeoPoint
from backend.maps.straight_line import estimate_by_line
from backend.metering.bill_codes import BillCodes
from backend.metering.case_books import BILL_GUARDS, CaseBooks
from backend.metering.case_readings import make_reading_keeper
from backend.notifications.delivery import Delivery
from backend.notifications.merging import move_messages
from backend.notifications.messages import read_messages
from backend.notifications.service import NotificationService
from backend.organisation.service import OrganisationService
from composition.identity import (
    IdentityParts,
    make_identity_checks,
    make_identity_decisions,
    make_name_comparing,
)
from composition.platforms import Platforms, make_channels, make_platforms, make_storage
from payments.arrears import find_arrears
from payments.booking import make_book_reader
from payments.collecting import make_charge_effects, make_charge_keeper
from payments.service import ChargeService
from payments.settling import CHARGE_GUARDS
from payments.statements import PaymentStatements

EFFECTS = {
    **CASE_EFFECTS, **VISIT_EFFECTS, **CONTRACT_EFFECTS, **KNOWLEDGE_EFFECTS, **LEDGER_EFFECTS,
    **make_charge_effects(ChargeService()), "start_case": start_case,
}  # fmt: skip
DOUBTS = PremisesDoubts(find_arrears)
GUARDS: dict[str, Guard] = {
    **CASE_GUARDS, **CHARGE_GUARDS, **BILL_GUARDS, **LEDGER_GUARDS, **make_premises_guards(DOUBTS)
}  # fmt: skip
# What a process may name: every component's guards and effects together.
WORDS = Vocabulary(
    guards=frozenset(GUARDS),
    effects=frozenset(EFFECTS) | ACCOUNT_EFFECTS | {TAKE_PLACE},
    parameters=frozenset({NEEDED}),
)
# Every component that keeps rows of a customer moves them when two customers turn out to be one.
MERGE_FOLLOWERS: tuple[MergeFollower, ...] = (
    move_sessions,
    move_cases,
    move_files,
    move_messages,
    move_identity_checks,
    move_name_checks,
    move_consents,
)


@dataclass(frozen=True)
class Hall:
    """All shared components. ``reading`` gives sessions for single statements without a transaction."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    redis: Redis
    content: ProcessesFolder
    keys: KeyRing
    parameters: ParameterChanges
    definitions: DefinitionStore
    platforms: Platforms
    organisation: OrganisationService
    customers: CustomersService
    calendar: CalendarService
    files: FileService
    offers: Offers
    cases: CaseService
    urge_limit: UrgeLimit
    documents: DocumentDesk
    filled_documents: FilledDocuments
    signing: DocumentSigning
    typesetter: Typesetter
    printer: DocumentPrinter
    customer_cases: CustomerCases
    appointments: AppointmentService
    visits: VisitService
    notifications: NotificationService
    links: CaseLinks
    counter_ratings: CounterRatings
    contracts: ContractReviews
    accounts: CaseAccounts
    drawings: WorksDrawings
    identity_checks: IdentityChecks
    identity_decisions: IdentityDecisions
    names: NameComparing
    records: RecordMatching
    books: CaseBooks


def read_clock() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def make_hall(settings: Settings, engine: Engine, now: Callable[[], datetime] = read_clock) -> Hall:
    """Return the hall on ``engine`` with the clock ``now``; nothing is called or connected yet."""
    sessions = sessionmaker(engine, expire_on_commit=False)
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    reading: sessionmaker[Session] = sessionmaker(alone, class_=ReadingSession, expire_on_commit=False)
    # Neither a platform's token nor a hint may hang on Redis.
    redis = Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=1)
    content, keys, parameters = read_folder(), make_key_ring(settings), ParameterChanges(now)
    definitions = DefinitionStore(parameters)
    platforms = make_platforms(settings, redis)
    organisation = OrganisationService(keys, content.positions, content.departments)
    customers = CustomersService(keys, MERGE_FOLLOWERS)
    calendar = CalendarService(sessions, now)
    links = FileLinks(settings.secret_key)
    marks = Watermarks(organisation.name_staff, FONT)
    kept_days = settings.id_photos_kept_days
    files = FileService(sessions, make_storage(settings), keys, links, marks, now, kept_days)
    signing = DocumentSigning(keys, files)
    offers = Offers(content, definitions)
    keeper = DeadlineKeeper(calendar)
    cases = CaseService(
        sessions,
        definitions,
        now,
        GUARDS,
        make_effects(keys, definitions),
        keeper.plan,
        observers=(
            release_visit,
            keeper.keep_overall,
            make_charge_keeper(ChargeService()),
            make_file_keeper(files),
            make_case_terms(settings).observe,
            forget_awaited,
            make_reading_keeper(keys),
        ),
    )
    appointments = AppointmentService(
        sessions,
        cases,
        definitions,
        lambda one, day: calendar.current(one).is_working(day),
        now,
    )
    urge_limit = UrgeLimit(calendar, settings.urge_office_hours, now)
    sources = DocumentSources(
        definitions,
        organisation,
        keys,
        _list_facts(settings),
        GasAccounts(keys, customers),
        make_book_reader(definitions),
        now,
    )
    wordings, typesetter = ContractWordings(definitions, sources, keys), Typesetter()
    channels, access = make_channels(settings, platforms), StaffAccess(definitions)
    parts = IdentityParts(settings, platforms, sessions, cases, definitions, customers, keys, now)
    heads, names = PrintedHeads(sources, organisation), make_name_comparing(parts)
    # A list at the top of the file is as good YAML as a mapping.
    messages: Any = read_body(PROCESSES_FOLDER / MESSAGES_FILE)
    return Hall(
        settings=settings,
        engine=engine,
        sessions=sessions,
        reading=reading,
        redis=redis,
        content=content,
        keys=keys,
        parameters=parameters,
        definitions=definitions,
        platforms=platforms,
        organisation=organisation,
        customers=customers,
        calendar=calendar,
        files=files,
        offers=offers,
        cases=cases,
        urge_limit=urge_limit,
        documents=DocumentDesk(
            cases,
            definitions,
            sources,
            keys,
            files,
            signing,
            wordings,
            now,
        ),
        signing=signing,
        filled_documents=FilledDocuments(definitions, keys, wordings),
        typesetter=typesetter,
        printer=DocumentPrinter(
            files, signing, heads, typesetter, settings.public_base_url, settings.company_name or ""
        ),
        customer_cases=CustomerCases(
            reading,
            definitions,
            offers,
            organisation,
            keys,
            files,
            GUARDS,
            appointments,
            PaymentStatements(reading, definitions, organisation, calendar),
            calendar.find_opening,
            urge_limit,
            bool(platforms.face_offers),
            _list_proving(content),
            settings.hotline_number,
            now,
        ),
        appointments=appointments,
        visits=VisitService(
            sessions,
            lambda origin, place: _estimate_arrival(platforms, origin, place),
            _convert_position,
            now,
        ),
        notifications=NotificationService(
            sessions,
            keys,
            read_messages(messages),
            Delivery(sessions, channels, customers, now),
            channels.mini_templates,
            now,
        ),
        contracts=ContractReviews(
            sessions,
            cases,
            access,
            definitions,
            platforms.contracts,
            f"{settings.public_base_url}/console/#/cases/{{case_no}}",
            timedelta(hours=settings.contract_silent_hours),
            now,
        ),
        accounts=CaseAccounts(reading, access, GasAccounts(keys, customers), organisation, keys, now),
        drawings=WorksDrawings(reading, access, definitions, files),
        identity_checks=make_identity_checks(parts),
        identity_decisions=make_identity_decisions(parts, access, organisation, names),
        names=names,
        records=RecordMatching(reading, access, definitions, customers, keys),
        books=CaseBooks(reading, access, definitions, keys),
        counter_ratings=CounterRatings(sessions, cases, access, definitions, keys, now),
        links=CaseLinks(
            sessions,
            access,
            keys,
            customers.find_phone,
            timedelta(hours=settings.case_link_hours),
            channels.sms is not None and LINK_PURPOSE in channels.sms_templates,
            now,
        ),
    )


def make_effects(keys: KeyRing, definitions: DefinitionStore) -> dict[str, Effect]:
    """Return every named effect, with those that have to read what is sealed."""
    place = make_place_effect(keys, definitions)
    return {**EFFECTS, **make_account_effects(keys), TAKE_PLACE: place}


def _list_proving(content: ProcessesFolder) -> tuple[str, ...]:
    """Return the services whose process asks for proof of who its customer is."""
    asking = {
        key
        for key, body in content.processes.items()
        if IDENTITY_VERIFIED in build_process(body).steps_by_guard
    }
    return tuple(one.key for one in content.services if one.process in asking)


def _list_facts(settings: Settings) -> dict[str, str]:
    """Return what forms know of the company."""
    named = {"company_name": settings.company_name} if settings.company_name else {}
    return {"service_phone": settings.hotline_number, **named}


def _estimate_arrival(
    platforms: Platforms, origin: tuple[float, float], place: tuple[float, float]
) -> Arrival:
    start, end = GeoPoint(*origin), GeoPoint(*place)
    return (
        estimate_by_line(start, end)
        if platforms.maps is None
        else platforms.maps.estimate_arrival(start, end)
    )


def _convert_position(lat: float, lng: float) -> tuple[float, float]:
    point = convert_wgs84(lat, lng)
    return point.lat, point.lng


def make_case_terms(settings: Settings) -> CaseTerms:
    """Return how long ended cases keep what is personal."""
    return CaseTerms(settings.cases_kept_days, settings.contracts_kept_days)


def make_key_ring(settings: Settings) -> KeyRing:
    """Return the key ring for personal data; the last key of the setting encrypts."""
    return KeyRing(dict(settings.encryption_keys), settings.encryption_keys[-1][0], settings.blind_index_key)


def make_sms_codes(hall: Hall) -> SmsCodes:
    """Return what makes and checks codes by text message."""
    return SmsCodes(hall.keys, hall.settings.secret_key)


def offers_codes(settings: Settings) -> bool:
    """Tell whether the deployment has a registered template for codes by text message."""
    return "sign_in_code" in dict(settings.sms_templates)


def make_account_binding(hall: Hall) -> AccountBinding:
    """Return what binds customers' accounts; both the routes and the promise of a code use it."""
    return AccountBinding(
        hall.sessions,
        AccountBindings(hall.keys, hall.customers),
        hall.customers,
        make_sms_codes(hall),
        BillCodes(hall.keys).fits,
        offers_sms=offers_codes(hall.settings),
        now=read_clock,
    )
