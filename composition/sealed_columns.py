"""Every column that holds sealed values, with what they are bound to; a test compares it with the tables."""

from __future__ import annotations

from typing import Final

from backend.core.resealing import SealedColumn

_FORM: Final = "case_form.{field}"

SEALED_COLUMNS: Final = (
    SealedColumn("staff", "name_sealed", "staff.name"),
    SealedColumn("staff", "phone_sealed", "staff.phone"),
    SealedColumn("customer", "name_sealed", "customer.name:{id}"),
    SealedColumn("customer", "phone_sealed", "customer.phone:{id}"),
    SealedColumn("customer", "id_number_sealed", "customer.id_number:{id}"),
    SealedColumn("premises", "door_sealed", "premises.door:{id}"),
    SealedColumn("premises", "note_sealed", "premises.note:{id}"),
    SealedColumn("gas_account", "holder_sealed", "gas_account.holder:{id}"),
    SealedColumn("gas_account", "contact_sealed", "gas_account.contact:{id}"),
    SealedColumn("gas_account", "phone_sealed", "gas_account.phone:{id}"),
    SealedColumn("account_invoice", "buyer_sealed", "account_invoice.buyer:{invoice_no}"),
    SealedColumn("account_role", "called_sealed", "account_role.called:{id}"),
    SealedColumn("account_import", "name_sealed", "account_import.name:{token}"),
    SealedColumn("account_feed", "batch_sealed", "account_feed.batch:{batch_key}"),
    SealedColumn("account_master", "agreed_sealed", "account_master.agreed:{account_id}"),
    SealedColumn("account_master", "told_sealed", "account_master.told:{account_id}"),
    SealedColumn("account_difference", "ours_sealed", "account_difference.ours:{account_id}:{unit}"),
    SealedColumn("account_difference", "theirs_sealed", "account_difference.theirs:{account_id}:{unit}"),
    SealedColumn("sms_code", "phone_sealed", "sms_code.phone"),
    SealedColumn("sms_code", "code_sealed", "sms_code.code"),
    SealedColumn("application_draft", "values_sealed", "application_draft:{customer_id}:{service_key}"),
    SealedColumn("service_case", "contact_name_sealed", "service_case.contact_name"),
    SealedColumn("service_case", "contact_phone_sealed", "service_case.contact_phone"),
    SealedColumn("service_case", "form", _FORM, "form"),
    SealedColumn("case_correction", "previous_value", "case_form.{item}", "value"),
    SealedColumn("case_document", "draft_sealed", "case_document.draft:{case_id}:{task_no}"),
    SealedColumn("case_document", "nonce_sealed", "case_document.nonce"),
    SealedColumn("case_document", "facts_sealed", "case_document.facts"),
    SealedColumn("case_document", "content", _FORM, "form"),
    SealedColumn("document_signature", "name_sealed", "document_signature.name"),
    SealedColumn("document_signature", "phone_sealed", "document_signature.phone"),
    SealedColumn("document_objection", "text_sealed", "document_objection.text"),
    SealedColumn("objection_answer", "text_sealed", "objection_answer.text"),
    SealedColumn("case_note", "text_sealed", "case_note.text"),
    SealedColumn("case_message", "text_sealed", "case_message.text"),
    SealedColumn("case_rating", "words_sealed", "case_rating.words"),
    SealedColumn("case_link", "phone_sealed", "case_link.phone"),
    SealedColumn("case_link", "token_sealed", "case_link.token"),
    SealedColumn("identity_check", "name_sealed", "identity_check.name"),
    SealedColumn("identity_check", "id_number_sealed", "identity_check.id_number"),
    SealedColumn("notification", "text_sealed", "notification.text"),
    SealedColumn("stored_file", "original_name_sealed", "stored_file.name:{file_key}"),
)
# What holds JSON and nothing that is sealed.
CLEAR_JSON: Final = frozenset(
    {
        "account_import.checked", "account_plan.refused", "case_event.payload", "command_log.answer",
        "definition_version.body", "office_hours.periods", "outbox.payload", "service_case.data",
        "staff_notice_choice.body",
    }
)  # fmt: skip
