"""The demonstration's organisation as data: invented units, people and streets."""

from __future__ import annotations

from dataclasses import dataclass

# Known to everybody who reads this, so demonstration mode listens on loopback only.
PASSWORD = "gas-demo-2026"


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit by its code of three digits, and the code of the one above."""

    code: str
    name: str
    kind: str
    under: str | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody with posts; ``task`` says in the list of logins what to try as this person."""

    username: str
    name: str
    unit: str
    positions: tuple[str, ...]
    departments: tuple[str, ...]
    task: str

    @property
    def phone(self) -> str:
        """An invented mobile number of their own."""
        return f"139000{20001 + PEOPLE.index(self)}"


UNITS = (
    DemoUnit("100", "96602客服中心", "centre", None),
    DemoUnit("200", "城区事业部", "division", "100"),
    DemoUnit("301", "历下客户服务部", "unit", "200", "历下区泉城路100号一楼"),
    DemoUnit("302", "市中客户服务部", "unit", "200", "市中区经七路88号"),
    DemoUnit("303", "高新客户服务部", "unit", "200", "高新区新泺大街66号"),
)

_CENTRE = ("customer_service_center",)
_SERVICE = ("customer_service_dept",)
_LEAD = ("customer_service_dept", "subordinate_unit")
_WORKS = ("engineering_dept",)
_MARKET = ("market_dev_dept",)

PEOPLE = (
    DemoPerson("remote1", "王敏", "100", ("remote_service",), _CENTRE, "受理、审核、退回、派发、办结"),
    DemoPerson("remote2", "赵倩", "100", ("remote_service",), _CENTRE, "受理、审核（第二席）"),
    DemoPerson("hotline1", "孙丽", "100", ("hotline_agent", "revisit_agent"), _CENTRE, "接警、办结、回访"),
    DemoPerson(
        "manager1", "周航", "100", ("hotline_business_lead", "knowledge_manager"), _CENTRE, "中心管理"
    ),
    DemoPerson("lead301", "李建国", "301", ("area_lead",), _LEAD, "历下：委派师傅"),
    DemoPerson("handler301", "张伟", "301", ("case_handler",), _SERVICE, "历下：上门（手机）"),
    DemoPerson("inspector301", "刘洋", "301", ("inspector", "case_handler"), _SERVICE, "历下：安检、上门"),
    DemoPerson("market301", "陈静", "301", ("account_manager",), _MARKET, "历下：报装客户经理"),
    DemoPerson("lead302", "马强", "302", ("area_lead",), _LEAD, "市中：委派师傅"),
    DemoPerson("handler302", "杨帆", "302", ("case_handler", "meter_reader"), _SERVICE, "市中：上门、抄表"),
    DemoPerson("lead303", "胡军", "303", ("area_lead",), _LEAD, "高新：委派师傅"),
    DemoPerson("handler303", "郭磊", "303", ("case_handler",), _WORKS, "高新：上门、施工"),
    DemoPerson("finance301", "何琳", "301", (), ("finance_dept",), "历下：收费"),
    DemoPerson("finance302", "孟洁", "302", (), ("finance_dept",), "市中：收费"),
    DemoPerson("finance303", "许诺", "303", (), ("finance_dept",), "高新：收费"),
    DemoPerson("hall302", "林芳", "302", (), ("business_hall", *_SERVICE), "市中：营业厅受理"),
    DemoPerson("works301", "宋涛", "301", (), _WORKS, "历下：设计、施工"),
    DemoPerson("works302", "高峰", "302", (), _WORKS, "市中：设计、施工"),
    DemoPerson("division200", "郑涛", "200", (), ("business_division",), "城区事业部：审核1级投诉和台账"),
)

# Region, street, community (empty: the rest of the street), code of the unit that serves it.
AREAS = (
    ("历下区", "泉城路街道", "阳光小区", "301"),
    ("历下区", "泉城路街道", "明湖花园", "301"),
    ("历下区", "泉城路街道", "", "301"),
    ("历下区", "文化东路街道", "和平新村", "301"),
    ("历下区", "文化东路街道", "", "301"),
    ("市中区", "大观园街道", "经八路小区", "302"),
    ("市中区", "大观园街道", "", "302"),
    ("市中区", "舜耕街道", "舜玉小区", "302"),
    ("市中区", "舜耕街道", "伟东新都", "302"),
    ("高新区", "舜华路街道", "奥体花园", "303"),
    ("高新区", "舜华路街道", "", "303"),
    ("高新区", "孙村街道", "春晖苑", "303"),
)
