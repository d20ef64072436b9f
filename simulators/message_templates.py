"""The message templates that the simulated platforms have approved; the control address adds more."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# What WeChat checks of a keyword's text, by the letters of its name.
_LIMITS: dict[str, re.Pattern[str]] = {
    "thing": re.compile(r"[^\n]{1,20}"),
    "short_thing": re.compile(r"[^\n]{1,5}"),
    "name": re.compile(r"[^\d\n]{1,10}|[A-Za-z .]{1,20}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "const": re.compile(r"[^\n]{1,20}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "number": re.compile(r"-?\d{1,32}(\.\d+)?"),
    "amount": re.compile(r"[¥￥]?\d{1,10}(\.\d{1,2})?元?"),
    "phone_number": re.compile(r"[\d+()-]{1,17}"),
    "date": re.compile(r"\d{4}(年|-)\d{1,2}(月|-)\d{1,2}日?( ?\d{1,2}:\d{2}(:\d{2})?)?"),
    "time": re.compile(
        r"(\d{4}(年|-)\d{1,2}(月|-)\d{1,2}日? ?)?\d{1,2}:\d{2}(:\d{2})?"
        r"(~(\d{4}(年|-)\d{1,2}(月|-)\d{1,2}日? ?)?\d{1,2}:\d{2}(:\d{2})?)?"
    ),
}
TEMPLATES_KEPT = 200


@dataclass(frozen=True)
class WechatTemplate:
    """``keywords`` maps each keyword (``thing1``) to the word shown before its text."""

    template_id: str
    title: str
    keywords: dict[str, str]

    def find_fault(self, data: object) -> str | None:
        """Return the name of the first keyword whose text is missing or breaks WeChat's limits, or None."""
        if not isinstance(data, dict):
            return "data"
        for keyword in self.keywords:
            entry = data.get(keyword)
            value = entry.get("value") if isinstance(entry, dict) else None
            pattern = _LIMITS.get(keyword.rstrip("0123456789"))
            if value is None or (pattern is not None and pattern.fullmatch(str(value)) is None):
                return f"data.{keyword}.value"
        return None

    def fill(self, data: dict[str, dict[str, object]]) -> list[tuple[str, str]]:
        """Return the lines of the message as a phone shows them."""
        return [(word, str(data[keyword]["value"])) for keyword, word in self.keywords.items()]


@dataclass(frozen=True)
class SmsTemplate:
    """``text`` with {1}, {2} … for its parameters; a code template takes digits alone, as Tencent demands."""

    template_id: str
    text: str
    is_code: bool = False

    @property
    def count(self) -> int:
        """Return the number of parameters."""
        return len(set(re.findall(r"\{(\d+)\}", self.text)))

    def fill(self, params: list[str]) -> str:
        """Return the text with its parameters in place."""
        return re.sub(r"\{(\d+)\}", lambda found: params[int(found[1]) - 1], self.text)


_CASE = {"character_string1": "办件编号", "thing2": "业务名称"}
# The purpose of each template in the product → the template. Both WeChat apps use the same keywords.
_WECHAT = {
    "progress": ("办理进度提醒", {**_CASE, "phrase3": "当前进度", "thing4": "温馨提示", "time5": "更新时间"}),
    "correction": (
        "资料补充提醒",
        {**_CASE, "thing3": "需补充内容", "time4": "请在此前补充", "thing5": "温馨提示"},
    ),
    "visit": ("上门服务提醒", {**_CASE, "time3": "上门时间", "name4": "上门师傅", "thing5": "温馨提示"}),
    "rating": ("服务评价邀请", {**_CASE, "time3": "完成时间", "thing4": "温馨提示"}),
}
SUBSCRIBE = {
    purpose: WechatTemplate(f"sub-{purpose}".ljust(43, "0"), title, keywords)
    for purpose, (title, keywords) in _WECHAT.items()
}
OFFICIAL = {
    purpose: WechatTemplate(f"tpl-{purpose}".ljust(43, "0"), title, keywords)
    for purpose, (title, keywords) in _WECHAT.items()
}
SMS = {
    "sign_in_code": SmsTemplate("2400001", "验证码{1}，{2}分钟内有效。请勿告诉他人。", is_code=True),
    "progress": SmsTemplate("2400002", "您的{1}（编号{2}）有新进展：{3}。详情请打开燃气服务小程序查看。"),
    "progress_page": SmsTemplate("2400014", "您的{1}（编号{2}）有新进展：{3}。点 HALL/c/{2} 看详情。"),
    "assigned": SmsTemplate(
        "2400027", "您的{1}（编号{2}）由{3}（电话{4}）上门，请打开燃气服务小程序选上门时间。"
    ),
    "assigned_page": SmsTemplate(
        "2400028", "您的{1}（编号{2}）由{3}（电话{4}）上门，请点 HALL/c/{2} 选上门时间。"
    ),
    "correction": SmsTemplate("2400003", "您的{1}（编号{2}）需补充资料，请在{3}前打开燃气服务小程序办理。"),
    "correction_page": SmsTemplate("2400015", "您的{1}（编号{2}）需补充资料，请在{3}前点 HALL/c/{2} 办理。"),
    "owed": SmsTemplate(
        "2400029", "您的{1}（编号{2}）已先受理，还有资料要补，请在办完前打开燃气服务小程序补上。"
    ),
    "owed_page": SmsTemplate(
        "2400030", "您的{1}（编号{2}）已先受理，还有资料要补，请在办完前点 HALL/c/{2} 补上。"
    ),
    "in_hand": SmsTemplate(
        "2400048", "您的{1}（编号{2}）已转给负责的单位，{3}处理，处理完客服会打电话给您。"
    ),
    "todo": SmsTemplate("2400031", "您的{1}（编号{2}）等您办：{3}。{4}打开燃气服务小程序办理。"),
    "todo_page": SmsTemplate("2400032", "您的{1}（编号{2}）等您办：{3}。{4}点 HALL/c/{2} 办理。"),
    "pay": SmsTemplate(
        "2400033", "您的{1}（编号{2}）应缴：{3}。{4}到营业厅缴费，请打开燃气服务小程序看怎么缴。"
    ),
    "pay_page": SmsTemplate(
        "2400034", "您的{1}（编号{2}）应缴：{3}。{4}到营业厅缴费，点 HALL/c/{2} 看怎么缴。"
    ),
    "answered_due": SmsTemplate(
        "2400044",
        "您的{1}（编号{2}）：您提的异议有答复了，还要缴{3}。{4}到营业厅缴费，"
        "请打开燃气服务小程序看答复和到哪里缴。",
    ),
    "answered_due_page": SmsTemplate(
        "2400045",
        "您的{1}（编号{2}）：您提的异议有答复了，还要缴{3}。{4}到营业厅缴费，"
        "点 HALL/c/{2} 看答复和到哪里缴。",
    ),
    "halted": SmsTemplate(
        "2400046", "您的{1}（编号{2}）先不用缴费：{3}。下一步怎么办会告诉您，请打开燃气服务小程序看。"
    ),
    "halted_page": SmsTemplate(
        "2400047", "您的{1}（编号{2}）先不用缴费：{3}。下一步怎么办会告诉您，点 HALL/c/{2} 看。"
    ),
    "hazard": SmsTemplate(
        "2400040", "您的{1}（编号{2}）查出隐患：{3}。{4}整改好，请打开燃气服务小程序看整改通知。"
    ),
    "hazard_page": SmsTemplate(
        "2400041", "您的{1}（编号{2}）查出隐患：{3}。{4}整改好，点 HALL/c/{2} 看整改通知。"
    ),
    "visit": SmsTemplate("2400004", "您的{1}（编号{2}）：师傅预计{3}上门，请留人在家。"),
    "moved": SmsTemplate("2400017", "您的{1}（编号{2}）上门时间改为{3}，请留人在家。"),
    "replaced": SmsTemplate(
        "2400025", "您的{1}（编号{2}）换了师傅：{3}，由{4}师傅上门，时间不变，请留人在家。"
    ),
    "departure": SmsTemplate("2400009", "您的{1}（编号{2}）：{3}师傅（电话{4}）已出发，请留人在家。"),
    "agent_term": SmsTemplate("2400043", "户号{1}的代办{2}：最后一天是{3}。请打开燃气服务小程序看。"),
    "rating": SmsTemplate("2400005", "您的{1}（编号{2}）已办完，请打开燃气服务小程序评价。"),
    "rating_page": SmsTemplate("2400016", "您的{1}（编号{2}）已办完，请点 HALL/c/{2} 评价。"),
    "alarm_help": SmsTemplate(
        "2400018",
        "您报的燃气泄漏（编号{1}）已转抢修单位，马上联系您。请在室外等电话，不要回屋，不要开关电器。",
    ),
    "alarm_coming": SmsTemplate(
        "2400019",
        "您报的燃气泄漏（编号{1}）：抢修员{2}（电话{3}）马上到。请在室外等，不要回屋，不要开关电器。",
    ),
    "alarm": SmsTemplate("2400006", "燃气泄漏报警（编号{1}）等您处理，请立即打开工作台。"),
    "alarm_overdue": SmsTemplate("2400038", "燃气报警（编号{1}）的“{2}”已超时限，请立即登录工作台处理。"),
    "overdue": SmsTemplate("2400007", "办件（编号{1}）的“{2}”已超时限，请登录工作台处理。"),
    "case_link": SmsTemplate(
        "2400011",
        "您的{1}（编号{2}）：点 HALL/l/{3} 看进度、办您要办的。{4}前有效，只能在第一次打开的手机上用。",
    ),
    "contract": SmsTemplate("2400012", "合同（编号{1}）等您审批，请登录工作台处理。"),
    "urged": SmsTemplate("2400010", "客户催办（编号{1}），请登录工作台优先处理。"),
    "objected": SmsTemplate(
        "2400042", "客户说单据有不对的地方（编号{1}），没有签字，请登录工作台查看并联系客户。"
    ),
    "extension": SmsTemplate("2400013", "有人申请延长办理期限（编号{1}，{2}），请登录工作台审批。"),
    "drawn": SmsTemplate("2400022", "客户等您远程处理（编号{1}），请登录工作台马上查看。"),
    "complaint": SmsTemplate("2400035", "投诉（编号{1}）派给您，从现在起计时，请马上登录工作台处理。"),
    "complaint_review": SmsTemplate(
        "2400036", "投诉（编号{1}）处理完了，等您审核，时限还在走，请马上登录工作台查看。"
    ),
    "complaint_again": SmsTemplate(
        "2400037", "投诉（编号{1}）退回给您重办，时限还在走，请马上登录工作台处理。"
    ),
    "dispatched": SmsTemplate("2400023", "新派来一件（编号{1}），请登录工作台安排师傅。"),
    "visit_due": SmsTemplate("2400024", "约的上门时间到了（编号{1}），请登录工作台点“出发”。"),
    "handed_over": SmsTemplate("2400026", "{2}把{1}件没办完的工作移交给您，请登录工作台查看。"),
    "forwarded": SmsTemplate("2400020", "有一件事转给{2}（编号{1}），请登录工作台查看并答复。"),
    "forward_answered": SmsTemplate("2400021", "您转出去的事有答复了（编号{1}），请登录工作台查看。"),
    "calendar": SmsTemplate("2400008", "工作日历只排到{1}，请登录工作台补全后面的放假安排。"),
}


class TemplateBook:
    """All approved templates by id. Not safe for threads: the caller holds the lock."""

    def __init__(self, hall: str) -> None:
        self._hall = hall
        self.reset()

    def reset(self) -> None:
        """Back to the templates that stand here, with the company's own address in those that name it."""
        self.subscribe = {one.template_id: one for one in SUBSCRIBE.values()}
        self.official = {one.template_id: one for one in OFFICIAL.values()}
        self.sms = {
            one.template_id: replace(one, text=one.text.replace("HALL", self._hall)) for one in SMS.values()
        }

    def is_full(self) -> bool:
        """Tell whether no more may be added."""
        return len(self.subscribe) + len(self.official) + len(self.sms) >= TEMPLATES_KEPT
