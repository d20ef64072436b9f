"""How an application comes to its booked visit, in every story that goes on from there."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import Customer, Staff


def accept_and_dispatch(clerk: Staff, case_no: str) -> None:
    """Accept what was handed in as it is, and give it to the unit that the address gives."""
    for step in ("受理", "审核通过"):
        clerk.open_case(case_no)
        clerk.act(step)
    clerk.open_case(case_no)
    clerk.button("派发工单").click()
    clerk.confirm("派发工单")


def assign_and_book(lead: Staff, customer: Customer, case_no: str, hours: str) -> None:
    """Let the lead name who goes, and the customer book ``hours`` of the second day with room."""
    lead.open_case(case_no)
    lead.button("委派师傅").click()
    lead.dialog.get_by_text("张伟").click()
    lead.confirm("委派师傅")
    book(customer, case_no, hours)


def book(customer: Customer, case_no: str, hours: str) -> None:
    """Let the customer, who is waited for, book ``hours`` of the second day with room."""
    customer.go("case", no=case_no)
    customer.press("去预约上门时间")
    customer.hold_hour(hours)
    customer.press("确认预约")
    expect(customer.page.get_by_text("约好的上门")).to_be_visible()
