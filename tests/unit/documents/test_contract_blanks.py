"""What the manual leaves to the parties is a blank of the contract: asked for in its unit, and printed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.catalogue.folder import read_folder
from backend.catalogue.forms import build_form, validate_values
from backend.documents.paper import lay_out, list_copies
from backend.documents.typesetting import Typesetter
from tests.unit.documents.sample_papers import ISSUER, fill_all, make_paper, read_pages

FORMS = {key: build_form(body) for key, body in read_folder().forms.items()}
SUPPLY = "supply_contract_nonresidential"
INSTALLATION = ("installation_contract_residential", "installation_contract_nonresidential")
# Rule of the manual → form, blank, what is agreed, and how it stands on paper.
BLANKS = [
    ("late_fee_nonresidential", SUPPLY, "late_fee_per_ten_thousand_per_day", 5.25, "5.25万分之/日"),
    *(
        ("late_fee_installation", one, "late_fee_percent_per_day", 0.0525, "0.0525%/日")
        for one in INSTALLATION
    ),
    ("joint_readings_per_month", SUPPLY, "readings_per_month", 9, "9次/月"),
    ("settlement_cycle", SUPPLY, "settlement_cycle_months", 7, "7个月"),
    ("settlement_days", SUPPLY, "settlement_days", 17, "17日"),
    ("interruption_notice_nonresidential", SUPPLY, "planned_stop_notice", "提前72小时", "提前72小时"),
    ("interruption_notice_nonresidential", SUPPLY, "adhoc_stop_notice", "提前24小时", "提前24小时"),
    ("load_change_notice", SUPPLY, "load_change_notice_days", 19, "19天"),
    ("emergency_operation_notice", SUPPLY, "emergency_operation_notice_hours", 23, "23小时"),
    ("force_majeure_notice", SUPPLY, "force_majeure_notice_hours", 49, "49小时"),
    ("force_majeure_notice", SUPPLY, "force_majeure_proof_days", 21, "21日"),
    ("unpaid_rescission", SUPPLY, "unpaid_days_for_rescission", 61, "61日"),
    ("related_party_months", SUPPLY, "related_party_months", 11, "11月"),
    ("signup_rate", INSTALLATION[0], "min_signup_percent", 61.5, "61.5%"),
    *(("installation_completion", one, "completion_days_after_entry", 91, "91日") for one in INSTALLATION),
    *(("installation_payment_plan", one, "pay_first_percent", 31.5, "31.5%") for one in INSTALLATION),
    *(("installation_payment_plan", one, "pay_second_percent", 41.5, "41.5%") for one in INSTALLATION),
    *(
        ("installation_payment_plan", one, "pay_final_days_after_completion", 93, "93日")
        for one in INSTALLATION
    ),
]


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


@pytest.mark.usefixtures("print_fonts")
@pytest.mark.parametrize(("rule", "form", "blank", "agreed", "words"), BLANKS)
def test_what_the_parties_agree_on_is_asked_for_and_printed(
    typesetter: Typesetter, rule: str, form: str, blank: str, agreed: float | str, words: str
) -> None:
    contract = FORMS[form]
    field = contract.field(blank)
    assert field is not None, rule
    values = {**fill_all(contract), "payment_method": "in_parts"}
    kept = validate_values(contract, {**values, blank: agreed}).values
    assert kept[blank] == agreed
    if not isinstance(agreed, str):
        assert blank in validate_values(contract, {**values, blank: -1}).faults
    paper = make_paper(contract, values={**values, blank: agreed})
    pdf = typesetter.set_papers("合同", ISSUER, datetime(2026, 11, 26, tzinfo=UTC), [lay_out(paper, "")])
    text = "".join(read_pages(pdf))
    assert "".join(field.label.split()) in text and words in text
    # Whether it is signed on paper stands beside the paper.
    assert all("".join(one.label.split()) not in text for one in contract.fields if one.off_paper)


@pytest.mark.parametrize(
    ("form", "parties"),
    [
        ("supply_contract_residential", ["company", "customer"]),
        ("work_slip_nonresidential", ["market_dev_dept", "engineering_dept"]),
        ("gas_on_certificate_residential", ["company", "customer"]),
        ("gas_on_certificate_nonresidential", ["company", "customer"]),
    ],
)
def test_each_party_gets_its_copy(form: str, parties: list[str]) -> None:
    copies = FORMS[form].body["copies"]
    assert [(one["party"], one["count"]) for one in copies] == [(party, 1) for party in parties]
    assert len(list_copies(FORMS[form])) == 2
    assert all(len(list_copies(FORMS[form], party)) == 1 for party in parties)
