"""The WeChat adapter against the simulated WeChat, over loopback."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.core.config import Settings
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.wechat.port import CodeInvalid, WechatPerson, WechatPort
from composition.platforms import Platforms, make_platforms
from tests.contracts.conftest import Simulators

SUBSCRIBE, TEMPLATE = "sub-visit".ljust(43, "0"), "tpl-visit".ljust(43, "0")
DATA = {
    "character_string1": "261124A10012345",
    "thing2": "燃气维修",
    "time3": "2026年11月26日 10:00~11:00",
    "name4": "赵师傅",
    "thing5": "请留人在家",
}
PAGE = "pages/case/index?no=261124A10012345"


@pytest.fixture
def wechat(platforms: Platforms) -> WechatPort:
    assert platforms.wechat is not None
    return platforms.wechat


def send(wechat: WechatPort, simulators: Simulators, user: str = "wang", **data: str) -> SendOutcome:
    openid = simulators.find_user(user)["mini_openid"]
    return wechat.send_subscribe_message(openid, SUBSCRIBE, PAGE, {**DATA, **data})


def allow(simulators: Simulators, user: str = "wang") -> None:
    simulators.post("permissions", user=user, template_id=SUBSCRIBE, accept=True)


def test_mini_code_tells_who_it_is(wechat: WechatPort, simulators: Simulators) -> None:
    user = simulators.find_user("li")
    person = wechat.exchange_mini_code(simulators.issue_code("li", "mini"))
    assert person == WechatPerson(
        simulators.environment["WECHAT_MINI_APP_ID"], user["mini_openid"], user["unionid"]
    )
    asked = simulators.list_calls("jscode2session")[0]["request"]
    assert set(asked) == {"appid", "js_code", "grant_type"}


def test_web_authorisation_leads_to_the_same_person(wechat: WechatPort, simulators: Simulators) -> None:
    url = wechat.make_authorize_url("http://127.0.0.1:9/h5/?from=menu#/pages/sign-in/index", "state-1")
    page = requests.get(url, timeout=10)
    assert "王秀英" in page.text and "刘洋" in page.text
    asked = parse_qs(urlsplit(url).query)
    chosen = requests.get(
        f"{simulators.base_url}/connect/oauth2/confirm",
        params={**{name: values[0] for name, values in asked.items()}, "user": "liu"},
        allow_redirects=False,
        timeout=10,
    )
    back = urlsplit(chosen.headers["Location"])
    assert (back.path, back.fragment) == ("/h5/", "/pages/sign-in/index")
    query = parse_qs(back.query)
    assert query["state"] == ["state-1"] and query["from"] == ["menu"]
    user = simulators.find_user("liu")
    person = wechat.exchange_web_code(query["code"][0])
    assert (person.openid, person.unionid) == (user["official_openid"], user["unionid"])


@pytest.mark.parametrize("target", ["https://evil.example/", "javascript:alert(1)"])
def test_authorisation_returns_to_this_machine_alone(
    wechat: WechatPort, simulators: Simulators, target: str
) -> None:
    page = requests.get(wechat.make_authorize_url(target, "s"), timeout=10)
    assert page.status_code == 400 and "10003" in page.text


def test_phone_number(wechat: WechatPort, simulators: Simulators) -> None:
    assert wechat.find_phone_number(simulators.issue_code("zhang", "phone")) == "13800010003"


def test_a_code_serves_once_and_its_own_call(wechat: WechatPort, simulators: Simulators) -> None:
    code = simulators.issue_code("wang", "mini")
    wechat.exchange_mini_code(code)
    with pytest.raises(CodeInvalid, match="40163"):
        wechat.exchange_mini_code(code)
    with pytest.raises(CodeInvalid, match="40029"):
        wechat.find_phone_number(simulators.issue_code("wang", "mini"))
    with pytest.raises(CodeInvalid, match="40029"):
        wechat.exchange_web_code("never-issued")


def test_subscribe_message_arrives_once_for_a_permission(wechat: WechatPort, simulators: Simulators) -> None:
    allow(simulators)
    outcome = send(wechat, simulators)
    assert outcome.state == "sent" and outcome.platform_code == "0"
    (message,) = simulators.get("messages", user="wang")["items"]
    assert message["platform_id"] == outcome.platform_id
    assert (message["channel"], message["title"], message["link"]) == ("subscribe", "上门服务提醒", PAGE)
    assert ["上门师傅", "赵师傅"] in message["lines"]
    assert send(wechat, simulators) == SendOutcome("refused", "43101")


def test_template_message_reaches_followers(wechat: WechatPort, simulators: Simulators) -> None:
    url = "https://hall.example/h5/"
    for user, code in (("wang", "0"), ("chen", "43004")):
        openid = simulators.find_user(user)["official_openid"]
        assert wechat.send_template_message(openid, TEMPLATE, url, DATA).platform_code == code
    assert [one["user"] for one in simulators.get("messages")["items"]] == ["wang"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"thing2": "一" * 21}, "47003"), ({"name4": "12号"}, "47003"), ({"time3": "明天"}, "47003")],
)
def test_texts_keep_wechats_rules(
    wechat: WechatPort, simulators: Simulators, changed: dict[str, str], code: str
) -> None:
    allow(simulators)
    assert send(wechat, simulators, **changed) == SendOutcome("refused", code)


def test_unknown_person_and_template_are_refused(wechat: WechatPort) -> None:
    assert wechat.send_subscribe_message("o" * 28, SUBSCRIBE, "", DATA) == SendOutcome("refused", "40003")
    assert wechat.send_template_message("o" * 28, "none", "", DATA) == SendOutcome("refused", "40003")


@pytest.mark.parametrize("code", ["43101", "45009", "40037", "47003", "43107", "48001", "41030"])
def test_refusals(wechat: WechatPort, simulators: Simulators, code: str) -> None:
    simulators.order("wechat", "subscribe_send", "refuse", code=code)
    assert send(wechat, simulators) == SendOutcome("refused", code)


@pytest.mark.parametrize("code", ["-1", "45011"])
def test_busy_may_be_tried_again(wechat: WechatPort, simulators: Simulators, code: str) -> None:
    allow(simulators)
    simulators.order("wechat", "*", "refuse", code=code)
    with pytest.raises(PlatformUnavailable):
        send(wechat, simulators)
    assert send(wechat, simulators).state == "sent"


def test_a_code_that_no_table_knows_is_unknown(wechat: WechatPort, simulators: Simulators) -> None:
    simulators.order("wechat", "subscribe_send", "refuse", code="99999")
    assert send(wechat, simulators) == SendOutcome("unknown", "99999")


def test_a_late_answer_is_waited_for(wechat: WechatPort, simulators: Simulators) -> None:
    allow(simulators)
    simulators.order("wechat", "subscribe_send", "late", ms=300)
    assert send(wechat, simulators).state == "sent"


def test_too_late_an_answer_leaves_it_unknown(wechat: WechatPort, simulators: Simulators) -> None:
    allow(simulators)
    simulators.order("wechat", "subscribe_send", "late", ms=3000)
    assert send(wechat, simulators) == SendOutcome("unknown", "timeout")
    assert len(simulators.get("messages")["items"]) == 1
    simulators.post("faults/release")


@pytest.mark.parametrize(("kind", "delivered"), [("hang_before", 0), ("hang_after", 1)])
def test_a_hang_leaves_it_unknown(
    wechat: WechatPort, simulators: Simulators, kind: str, delivered: int
) -> None:
    allow(simulators)
    simulators.order("wechat", "subscribe_send", kind, ms=200)
    assert send(wechat, simulators) == SendOutcome("unknown", "broken_off")
    assert len(simulators.get("messages")["items"]) == delivered


def test_a_broken_gateway_leaves_it_unknown(wechat: WechatPort, simulators: Simulators) -> None:
    simulators.order("wechat", "subscribe_send", "http_status", code="502")
    assert send(wechat, simulators) == SendOutcome("unknown", "http_502")


@pytest.mark.parametrize("kind", ["hang_before", "hang_after"])
def test_an_exchange_without_answer_may_be_tried_again(
    wechat: WechatPort, simulators: Simulators, kind: str
) -> None:
    simulators.order("wechat", "jscode2session", kind, ms=100)
    with pytest.raises(PlatformUnavailable):
        wechat.exchange_mini_code(simulators.issue_code("wang", "mini"))


def test_wrong_secrets_are_refused(make_settings: Callable[..., Settings], redis: Redis) -> None:
    changed = {"WECHAT_MINI_APP_SECRET": "wrong", "WECHAT_OFFICIAL_APP_SECRET": "wrong"}
    wechat = make_platforms(make_settings(**changed), redis).wechat
    assert wechat is not None
    for ask in (wechat.exchange_mini_code, wechat.exchange_web_code, wechat.find_phone_number):
        with pytest.raises(PlatformRefused, match="40125"):
            ask("any")
    with pytest.raises(PlatformRefused, match="40125"):
        wechat.send_subscribe_message("o", SUBSCRIBE, "", DATA)


def test_nobody_listening_is_unavailable_and_nothing_was_sent(
    make_settings: Callable[..., Settings], redis: Redis, free_port: int
) -> None:
    wechat = make_platforms(make_settings(WECHAT_API_BASE_URL=f"http://127.0.0.1:{free_port}"), redis).wechat
    assert wechat is not None
    with pytest.raises(PlatformUnavailable, match="not_reached"):
        wechat.exchange_mini_code("any")
    with pytest.raises(PlatformUnavailable, match="not_reached"):
        wechat.send_template_message("o", TEMPLATE, "", DATA)


def test_an_app_without_keys_is_not_set_up(make_settings: Callable[..., Settings], redis: Redis) -> None:
    absent = {name: "" for name in ("OFFICIAL_APP_ID", "OFFICIAL_APP_SECRET", "OFFICIAL_TEMPLATES")}
    settings = make_settings(**{f"WECHAT_{name}": value for name, value in absent.items()})
    wechat = make_platforms(settings, redis).wechat
    assert wechat is not None
    with pytest.raises(PlatformRefused, match="not_set_up"):
        wechat.make_authorize_url("http://127.0.0.1/", "s")


def test_twenty_cold_clients_fetch_one_token(
    make_settings: Callable[..., Settings], simulators: Simulators, redis_url: str, redis: Redis
) -> None:
    settings = make_settings()
    codes = [simulators.issue_code("wang", "phone") for _ in range(20)]

    def ask(code: str) -> str:
        own = Redis.from_url(redis_url)
        wechat = make_platforms(settings, own).wechat
        assert wechat is not None
        number = wechat.find_phone_number(code)
        own.close()
        return number

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ask, codes)) == {"13800010001"}
    assert len(simulators.list_calls("stable_token")) == 1
    assert 0 < redis.ttl(f"wechat:token:{settings.wechat_mini_app_id}") <= 6900


def test_a_token_that_lost_its_force_is_replaced_once(wechat: WechatPort, simulators: Simulators) -> None:
    assert wechat.find_phone_number(simulators.issue_code("li", "phone")) == "13800010002"
    simulators.post("tokens/forget")
    assert wechat.find_phone_number(simulators.issue_code("li", "phone")) == "13800010002"
    assert len(simulators.list_calls("stable_token")) == 2


def test_a_token_refused_twice_is_a_refusal(wechat: WechatPort, simulators: Simulators) -> None:
    simulators.order("wechat", "subscribe_send", "refuse", code="40001", times=2)
    assert send(wechat, simulators) == SendOutcome("refused", "40001")
    assert simulators.list_calls("stable_token")[-1]["request"]["force_refresh"] is True


def test_without_redis_the_process_asks_for_itself(
    make_settings: Callable[..., Settings], simulators: Simulators, free_port: int
) -> None:
    absent = Redis(port=free_port, retry=Retry(NoBackoff(), 0))
    wechat = make_platforms(make_settings(), absent).wechat
    assert wechat is not None
    for _ in range(2):
        assert wechat.find_phone_number(simulators.issue_code("li", "phone")) == "13800010002"
    assert len(simulators.list_calls("stable_token")) == 1
