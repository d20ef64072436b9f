"""An account in its customers' hands: found under 我的户号, and shared with whoever lives there."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.people import Customer
from tests.browser.watched import Watched


def share_account(watched: Watched, owner: Customer, tenant: Customer, tenant_phone: str) -> None:
    """Let the owner look at the new account and share it with ``tenant``, who could not bind it alone."""
    owner.go("home")
    owner.press("我的户号")
    account_no = owner.page.locator(".account-no").inner_text()
    watched.shoot(owner.page, "accounts-01-own")
    tenant.sign_in(tenant_phone)
    tenant.press("我的户号")
    expect(tenant.page.get_by_text("还没有绑定户号")).to_be_visible()
    watched.check_access(tenant.page, "accounts none")
    _try_to_bind(watched, tenant, account_no)

    owner.press(re.compile("^看 "))
    expect(owner.page.get_by_role("heading", name="表和设备")).to_be_visible()
    watched.check_access(owner.page, "accounts one")
    owner.press("家人、租户、代办人")
    owner.press("添加家人、租户或代办人")
    owner.press("添加")
    expect(owner.page.get_by_text("请填写称呼")).to_be_visible()
    owner.page.get_by_label("称呼").fill("王芳")
    owner.page.get_by_label("手机号").fill(tenant_phone)
    watched.check_access(owner.page, "accounts people")
    owner.press("添加")
    expect(owner.page.get_by_text("王芳（租户）")).to_be_visible()
    watched.shoot(owner.page, "accounts-03-people")

    tenant.go("accounts")
    expect(tenant.page.get_by_text("我是租户")).to_be_visible()
    expect(tenant.page.get_by_text(account_no, exact=True)).to_be_visible()


def _try_to_bind(watched: Watched, customer: Customer, account_no: str) -> None:
    """Mistype the number, then go as far as somebody comes who has nothing but the number."""
    page = customer.page
    customer.press("绑定户号")
    page.get_by_label("户号", exact=True).fill(account_no[:-1] + str((int(account_no[-1]) + 1) % 10))
    watched.expect_refusals("invalid_input", "binding_refused")
    customer.press("下一步")
    expect(page.get_by_text(re.compile("^户号有误"))).to_be_visible()
    page.get_by_label("户号", exact=True).fill(account_no)
    customer.press("下一步")
    expect(page.get_by_role("heading", name="再核对一项，任选一种")).to_be_visible()
    page.get_by_role("radio", name="填户主姓名和证件号后六位").tap()
    customer.press("核对并绑定")
    expect(page.get_by_text("请填写户主姓名或单位名称")).to_be_visible()
    watched.check_access(page, "accounts bind")
    watched.shoot(page, "accounts-02-bind")
