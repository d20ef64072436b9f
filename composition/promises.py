"""What happens after the commit: topics with their handlers, ticks of the scheduler, and their commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_smorest import Api
from redis import Redis

from backend.access.account_binding import TOPIC as BINDING_TOPIC
from backend.access.sms_codes import SmsCodeSender
from backend.appointments.places import PlaceFinder
from backend.appointments.reminders import VisitReminders
from backend.cases.alarm_alerts import AlarmAlerts
from backend.cases.alarm_ringing import AlarmBell
from backend.cases.calendar_starts import CalendarStarter
from backend.cases.case_retention import CaseRetention
from backend.cases.case_starts import CaseStarts
from backend.cases.deadline_keeper import DeadlineRefresher
from backend.cases.deadline_watch import DeadlineWatch
from backend.cases.escalation import Escalation
from backend.cases.identity_retention import IdentityRetention
from backend.cases.link_sending import PURPOSE as LINK_PURPOSE
from backend.cases.link_sending import LinkSender
from backend.cases.notices import CaseNotices
from backend.cases.objection_notices import ObjectionNotices
from backend.cases.topics import list_case_topics
from backend.cases.urging import UrgeNotices
from backend.core.calendar_cli import make_calendar_commands
from backend.core.delivery import Deliverer
from backend.core.jobs import JobQueues
from backend.core.jobs_cli import make_jobs_commands
from backend.core.local_time import format_day
from backend.core.partitions import create_month_partitions
from backend.core.promise_desk import PromiseDesk
from backend.core.relay import Relay, limit_sending
from backend.core.scheduler import Scheduler, Tick
from backend.core.topics import PromiseContext, Sending, TopicRegistry, TopicSpec, conclude
from backend.customers.accounts import GasAccounts
from backend.metering.invoice_buyers import BuyerRetention
from backend.notifications.agent_terms import AgentTerms
from backend.notifications.staff_notices import Matter, StaffNotices
from backend.organisation.absences import AbsenceKeeper
from backend.organisation.leads import find_centre_leads, find_leads, find_present, find_stand_in
from backend.organisation.list_exports import Exportable
from backend.plans.starting import PlanStarter
from backend.realtime.hints import publish_hints
from composition.account_feed import make_account_exchange
from composition.account_imports import make_account_imports, make_import_slices
from composition.hall import Hall, make_account_binding, make_case_terms, read_clock
from composition.list_exports import add_exports
from payments.ledger import find_received
from payments.statements import PaymentStatements
from staff_api.calendar_routes import make_calendar_routes
from staff_api.operations_routes import make_operations_routes

# Tables that get a partition for each month, before the month begins.
PARTITIONED = ("case_event", "notification")
# Photos that were uploaded and never sent with anything are forgotten after this.
UNCLAIMED_FILES_KEPT = timedelta(days=2)


def make_notices(hall: Hall) -> CaseNotices:
    """Return what tells customers of their cases."""
    statements = PaymentStatements(hall.reading, hall.definitions, hall.organisation, hall.calendar)
    return CaseNotices(
        sessions=hall.sessions,
        notifications=hall.notifications,
        organisation=hall.organisation,
        definitions=hall.definitions,
        keys=hall.keys,
        name_service=hall.offers.name_of,
        find_visit=hall.appointments.find_hour,
        find_sum=lambda session, root_id, case_id: statements.find_sum(
            session, root_id, case_id, read_clock()
        ),
        is_asked=lambda session, root_id, case_id: statements.is_asked(
            session, root_id, case_id, read_clock()
        ),
        find_received=find_received,
        offer_link=hall.links.offer,
    )


def make_staff_notices(hall: Hall) -> StaffNotices:
    """Return what tells staff of what is late and what they must renew."""
    templates = dict(hall.settings.sms_templates)
    console = f"{hall.settings.public_base_url}/console"
    platforms = hall.platforms
    return StaffNotices(
        hall.sessions, hall.organisation, platforms.sms, templates, platforms.wecom, console, read_clock
    )


def make_topics(hall: Hall) -> TopicRegistry:
    """Return every topic that may be promised; one without a handler waits in the outbox and is reported."""
    notices, staff_notices = make_notices(hall), make_staff_notices(hall)
    escalation = Escalation(
        hall.sessions,
        hall.definitions,
        staff_notices,
        find_leads,
        lambda hints: publish_hints(hall.redis, hints),
    )
    return TopicRegistry(
        [
            *list_case_topics(lambda hints: publish_hints(hall.redis, hints)),
            TopicSpec(
                *("notify_customer", "通知客户", "messages", notices.handle),
                is_idempotent=False,
                reopen=hall.notifications.reopen,
                tell_sending=hall.notifications.tell_sending,
            ),
            _make_code_topic(hall),
            _make_binding_topic(hall),
            *make_alarm_bell(hall).list_topics(),
            *escalation.list_topics(),
            *UrgeNotices(hall.sessions, staff_notices, find_leads, find_present).list_topics(),
            *ObjectionNotices(
                hall.sessions, staff_notices, find_leads, find_present, find_stand_in
            ).list_topics(),
            *AlarmAlerts(hall.sessions, staff_notices, find_leads, find_present).list_topics(),
            *make_place_finder(hall).list_topics(),
            *staff_notices.list_topics(),
            *make_link_sender(hall).list_topics(),
            *CaseStarts(hall.sessions, hall.cases).list_topics(),
            *make_plan_starter(hall).list_topics(),
            *make_import_slices(hall).list_topics(),
            *make_account_exchange(hall).list_topics(),
            *make_agent_terms(hall).list_topics(),
            *hall.contracts.list_topics(staff_notices, find_leads),
        ]
    )


def make_agent_terms(hall: Hall) -> AgentTerms:
    """Return what tells agents, and whose accounts they are at, that a term ends."""
    return AgentTerms(hall.sessions, hall.keys, hall.notifications, read_clock)


def make_link_sender(hall: Hall) -> LinkSender:
    """Return what sends links to cases."""
    return LinkSender(
        hall.sessions,
        hall.definitions,
        hall.keys,
        hall.platforms.sms,
        dict(hall.settings.sms_templates).get(LINK_PURPOSE),
        hall.offers.name_of,
        read_clock,
    )


def make_plan_starter(hall: Hall) -> PlanStarter:
    """Return what starts the cases of plans."""
    accounts = GasAccounts(hall.keys, hall.customers)
    return PlanStarter(hall.sessions, hall.cases, hall.definitions, accounts, hall.keys, read_clock)


def make_place_finder(hall: Hall) -> PlaceFinder:
    """Return what looks up on the map where visits go; without a map it leaves them unknown."""
    maps = hall.platforms.maps
    geocode = None if maps is None else maps.geocode
    return PlaceFinder(hall.sessions, geocode, hall.settings.service_city)


def make_alarm_bell(hall: Hall) -> AlarmBell:
    """Return what rings for alarms; without SMS it records that nobody could be called."""
    return AlarmBell(
        hall.sessions,
        hall.organisation,
        hall.platforms.sms,
        dict(hall.settings.sms_templates).get("alarm"),
        lambda hints: publish_hints(hall.redis, hints),
        make_staff_notices(hall).tell,
        read_clock,
    )


def erase_cases(hall: Hall) -> None:
    """Count the days of ended cases by the settings as they are now, and erase what is over."""
    make_case_terms(hall.settings).count_anew(hall.sessions)
    CaseRetention(hall.sessions, read_clock).run()


def make_buyer_retention(hall: Hall) -> BuyerRetention:
    """Return what empties the titles of invoices; they are kept as long as contracts are."""
    return BuyerRetention(hall.sessions, hall.settings.contracts_kept_days, read_clock)


def make_identity_retention(hall: Hall) -> IdentityRetention:
    """Return what erases proofs of identity, by the setting as it is now."""
    return IdentityRetention(hall.sessions, hall.settings.identity_kept_days, read_clock)


def make_ticks(hall: Hall, relay: Relay) -> list[Tick]:
    """Return what happens by the clock."""
    refresher = DeadlineRefresher(hall.sessions, hall.definitions, hall.calendar)
    watch = DeadlineWatch(hall.sessions)
    reminders = VisitReminders(hall.sessions, make_staff_notices(hall).tell, read_clock)
    started = tuple(key for key, body in hall.content.processes.items() if "starts" in body)
    starter = CalendarStarter(hall.sessions, hall.cases, hall.definitions, hall.calendar, started, read_clock)
    return [
        Tick("relay", timedelta(seconds=1), relay.run),
        Tick("alarms", timedelta(seconds=5), make_alarm_bell(hall).run),
        Tick("deadlines", timedelta(seconds=5), lambda: watch.run(read_clock())),
        Tick("calendar", timedelta(seconds=2), lambda: refresher.refresh(read_clock())),
        Tick("calendar starts", timedelta(minutes=1), starter.run),
        Tick("plans", timedelta(minutes=1), make_plan_starter(hall).run),
        Tick("sweep", timedelta(seconds=10), relay.sweep),
        Tick("outbox report", timedelta(seconds=30), relay.report),
        Tick("partitions", timedelta(hours=12), lambda: create_month_partitions(hall.sessions, PARTITIONED)),
        Tick("silent contracts", timedelta(minutes=10), hall.contracts.ask_silent),
        Tick("unfetched face checks", timedelta(minutes=1), hall.identity_checks.ask_silent),
        Tick("visits due", timedelta(minutes=1), reminders.run),
        Tick("absences", timedelta(minutes=1), AbsenceKeeper(hall.sessions, read_clock).run),
        Tick("exchange of accounts", timedelta(seconds=10), make_account_exchange(hall).promise_due),
        Tick("files of imports", timedelta(hours=1), make_account_imports(hall).forget_files),
        Tick("calendar warning", timedelta(hours=12), lambda: warn_of_calendar(hall)),
        Tick(
            "unclaimed files",
            timedelta(hours=1),
            lambda: hall.files.delete_unclaimed(UNCLAIMED_FILES_KEPT),
        ),
        Tick("terms of agents", timedelta(hours=1), make_agent_terms(hall).run),
        Tick("expired files", timedelta(hours=1), hall.files.erase_expired),
        Tick("expired identities", timedelta(hours=1), make_identity_retention(hall).run),
        Tick("expired invoice titles", timedelta(hours=1), make_buyer_retention(hall).run),
        Tick("expired cases", timedelta(hours=1), lambda: erase_cases(hall)),
    ]


def warn_of_calendar(hall: Hall) -> None:
    """Tell those who keep the calendar when its last known day comes near, once at each stage."""
    with hall.sessions.begin() as session:
        end = hall.calendar.find_end_near(session)
        if end is not None:
            last = (
                f"{end.last_known_day.year}年{format_day(end.last_known_day)}"
                if end.last_known_day
                else "今天"
            )
            matter = Matter("calendar", f"{end.last_known_day}/{end.stage}", (last,))
            make_staff_notices(hall).tell(session, matter, find_centre_leads(session))


def add_promises(app: Flask, api: Api, hall: Hall, lists: Mapping[str, Exportable]) -> None:
    """Add worker, scheduler and calendar commands, the desk at which staff see what failed, and the door by
    which ``lists`` and what stands at that desk are exported."""
    # Handing over must not hang; a worker waits for its next job as long as that takes.
    redis = Redis.from_url(hall.settings.redis_url, socket_timeout=5)
    topics = make_topics(hall)
    deliverer = Deliverer(hall.sessions, topics, read_clock)
    job_seconds = hall.settings.job_seconds
    queues = JobQueues(redis, job_seconds)
    relay = Relay(hall.sessions, topics, queues, deliverer, read_clock, limit_sending(job_seconds))
    scheduler = Scheduler(hall.sessions, make_ticks(hall, relay), read_clock)
    for command in make_jobs_commands(Redis.from_url(hall.settings.redis_url), deliverer, scheduler):
        app.cli.add_command(command)
    app.cli.add_command(make_calendar_commands(hall.calendar))
    desk = PromiseDesk(hall.sessions, topics, read_clock)
    api.register_blueprint(make_operations_routes(desk))
    api.register_blueprint(make_calendar_routes(hall.calendar))
    add_exports(api, hall, lists, desk)


def _make_binding_topic(hall: Hall) -> TopicSpec:
    binding = make_account_binding(hall)
    name, title = BINDING_TOPIC, "准备绑定户号的验证码"
    return TopicSpec(
        name, title, None, lambda payload, context: binding.send_code(payload), is_idempotent=True
    )


def _make_code_topic(hall: Hall) -> TopicSpec:
    template_id = dict(hall.settings.sms_templates).get("sign_in_code")
    name, title, queue = "send_sms_code", "发送验证码", "messages"
    if hall.platforms.sms is None or template_id is None:
        return TopicSpec(name, title, queue, None, is_idempotent=False)
    sender = SmsCodeSender(hall.sessions, hall.keys, hall.platforms.sms, template_id, read_clock)

    def send(payload: Mapping[str, Any], context: PromiseContext) -> None:
        conclude(sender.handle(payload))

    return TopicSpec(
        *(name, title, queue, send),
        is_idempotent=False,
        tell_recipient=sender.tell_recipient,
        tell_sending=lambda *_: Sending("短信", "验证码"),
    )
