"""The shipped samples of the four contracts: they state the manual's rules, and print whole."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from backend.catalogue.contract_text import check_blanks, read_wording
from backend.catalogue.folder import read_folder
from backend.catalogue.forms import Values, build_form
from backend.documents.contract_clauses import Clause, tell_clauses, write_clauses
from backend.documents.paper import lay_out
from backend.documents.sample_values import SAMPLE_FACTS, make_sample
from backend.documents.typesetting import Typesetter
from tests.unit.documents.sample_papers import ISSUER, make_paper

CONTENT = read_folder()
HOMES, COMPANIES = "supply_contract_residential", "supply_contract_nonresidential"
# Rule of the manual → contract, and what its printed text says with the figure in it.
RULES = [
    ("delivery_point", HOMES, "交付点是燃气计量表的出口"),
    ("bill_due", HOMES, "收到缴费通知后5个工作日内缴费"),
    ("bill_objection", HOMES, "应先行缴费，并在抄表后7个工作日内申请复核"),
    ("payment_after_reading", HOMES, "抄表次日起7日"),
    ("no_cash_after", HOMES, "每日15:00以后不收现金"),
    ("billed_volume", HOMES, "本期气量等于本次读数减去上次读数"),
    ("estimated_reading", HOMES, "暂按上一个周期的气量计收，见表核实后多退少补"),
    ("late_fee_residential", HOMES, "每日按欠缴气费的千分之3支付违约金"),
    ("theft_volume", HOMES, "末次抄表前6个周期中最高一期的2至3倍"),
    ("meter_fault_ordinary", HOMES, "按当地居民户均用气量计算"),
    ("ic_reading_precedence", HOMES, "以机械读数为准；机械部分不能读数的，以供气方的售气记录为准"),
    ("reading_precedence_inspection", HOMES, "按机械读数并对照供气方的历次充值记录结算"),
    ("ic_low_gas_warning", HOMES, "低于5立方米至3立方米时，表会鸣响或显示“购气”提醒"),
    ("one_card_per_meter", HOMES, "每块IC卡表配1张卡，表和卡一一对应，不能互换使用"),
    ("meter_test_fee", HOMES, "校验合格的，费用由提出异议的一方承担；校验不合格的，费用由供气方承担"),
    ("meter_test_fee", COMPANIES, "校验合格的，费用由提出异议的一方承担；不合格的，由乙方承担"),
    ("interruption_notice", HOMES, "应提前48小时公告；抢修等紧急情况除外"),
    ("change_of_use_notice", HOMES, "应提前1个月书面申请"),
    ("suspension_after", HOMES, "连续3个月以上不用气的，用气方应办理报停登记"),
    ("reconnection_conditions", HOMES, "缴清欠费和违约金、经检查消除隐患后才能恢复供气"),
    ("reconnection_conditions", HOMES, "恢复供气的费用由用气方承担"),
    ("heating_value", COMPANIES, "低位热值8750千卡/立方米（36.626兆焦/立方米）"),
    ("next_prepayment_floor", COMPANIES, "不低于上一期用量的80%；低于这个比例的，须经乙方确认"),
]  # fmt: skip


def write(contract: str) -> str:
    form = build_form(CONTENT.forms[contract])
    wording, _ = read_wording(CONTENT.templates[contract]["text"])
    clauses = write_clauses(wording, form, make_sample(form), SAMPLE_FACTS)
    return "".join("".join(tell_clauses(clauses)).split())


@pytest.mark.parametrize(("rule", "contract", "words"), RULES, ids=lambda one: str(one)[:24])
def test_the_contract_states_the_rule(rule: str, contract: str, words: str) -> None:
    assert words in write(contract), rule


def print_sample(
    contract: str, values: Values, facts: dict[str, str], **more: str
) -> tuple[list[Clause], list[str]]:
    """Return the lines of a sample and its printed pages, each without its spaces."""
    form = build_form(CONTENT.forms[contract])
    wording, faults = read_wording(CONTENT.templates[contract]["text"])
    assert [*faults, *check_blanks(wording, form)] == []
    clauses = write_clauses(wording, form, values, facts, **more)
    paper = make_paper(form, values=values, files={}, clauses=clauses, stated=wording.names)
    made_at = datetime(2026, 11, 26, tzinfo=UTC)
    pdf = Typesetter().set_papers("合同", ISSUER, made_at, [lay_out(paper, "公司联")])
    return clauses, ["".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.usefixtures("print_fonts")
def test_what_is_signed_never_stands_alone_on_a_page() -> None:
    # With its blanks as ruled lines this one ends just where the signatures no longer fit.
    clauses, pages = print_sample(COMPANIES, {}, {}, empty="")
    last = "".join(tell_clauses(clauses)[-1].split())
    assert len(pages) == 3
    [signed] = [page for page in pages if "签字盖章甲方" in page]
    assert last in signed


@pytest.mark.usefixtures("print_fonts")
@pytest.mark.parametrize("contract", sorted(CONTENT.templates))
def test_each_sample_is_printed_whole(contract: str) -> None:
    form = build_form(CONTENT.forms[contract])
    clauses, pages = print_sample(contract, make_sample(form), SAMPLE_FACTS)
    text = "".join(pages)
    for no, page in enumerate(pages, start=1):
        assert f"第{no}页共{len(pages)}页" in page
    # Every place to sign stands below the wording, and no blank was left to be written into later.
    for field in form.fields:
        if field.signer is not None:
            assert "".join(field.label.split()) in text
    for line in tell_clauses(clauses):
        assert "".join(line.split())[:12] in text
