"""What a question may be about. Each entry of the knowledge has one of them."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """The matters of a gas company's customers; an answer to a question begins with the right one."""

    LEAK_EMERGENCY = "leak_emergency"
    CO_POISONING = "co_poisoning"
    PAY_BILL = "pay_bill"
    BILL_QUERY = "bill_query"
    PRICE_AND_TIERS = "price_and_tiers"
    CARD_TOPUP_AND_READ = "card_topup_and_read"
    CARD_REPLACEMENT = "card_replacement"
    METER_FAULT = "meter_fault"
    METER_BATTERY = "meter_battery"
    NO_GAS_OR_LOW_PRESSURE = "no_gas_or_low_pressure"
    OUTAGE_NOTICE = "outage_notice"
    REPAIR_APPLIANCE_OR_HOSE = "repair_appliance_or_hose"
    INSTALLATION_APPLY = "installation_apply"
    INSTALLATION_PROGRESS = "installation_progress"
    ALTERATION = "alteration"
    GAS_ON = "gas_on"
    INSPECTION_BOOKING = "inspection_booking"
    INSPECTION_QUERY = "inspection_query"
    HAZARD_RECTIFICATION = "hazard_rectification"
    OPEN_ACCOUNT = "open_account"
    TRANSFER_OWNERSHIP = "transfer_ownership"
    CLOSE_OR_SUSPEND = "close_or_suspend"
    BIND_ACCOUNT = "bind_account"
    INVOICE = "invoice"
    INVOICE_TITLE_CHANGE = "invoice_title_change"
    REFUND = "refund"
    LATE_FEE = "late_fee"
    METER_READING_DISPUTE = "meter_reading_dispute"
    APPOINTMENT_CHANGE = "appointment_change"
    PROGRESS_QUERY = "progress_query"
    COMPLAINT = "complaint"
    PRAISE_SUGGESTION = "praise_suggestion"
    BUSINESS_HOURS_LOCATION = "business_hours_location"
    CONTRACT_QUERY = "contract_query"
    SAFETY_TIPS = "safety_tips"
    HUMAN_AGENT = "human_agent"
    GREETING_SMALLTALK = "greeting_smalltalk"
    OUT_OF_SCOPE = "out_of_scope"


# Those that no machine may leave to a queue.
EMERGENCIES = frozenset({Topic.LEAK_EMERGENCY, Topic.CO_POISONING})
