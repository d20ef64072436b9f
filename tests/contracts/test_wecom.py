"""The adapter of enterprise WeChat against the simulated platform, over loopback."""

from __future__ import annotations

import pytest
import requests

from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.notifications.wecom import EnterpriseWechat
from tests.contracts.conftest import Simulators

USER = "handler301"


def make(simulators: Simulators, **other: str) -> EnterpriseWechat:
    keys = simulators.get("credentials")
    chosen = {
        "corp_id": keys["wecom_corp_id"], "agent_id": keys["wecom_agent_id"], "secret": keys["wecom_secret"],
    } | other  # fmt: skip
    return EnterpriseWechat(base_url=simulators.base_url, answer_seconds=2, **chosen)


@pytest.fixture
def wecom(simulators: Simulators) -> EnterpriseWechat:
    return make(simulators)


def send(wecom: EnterpriseWechat) -> SendOutcome:
    return wecom.send_card(
        USER, "客户催办", "客户催办（编号1），请优先处理。", "http://hall/console/#/cases/1"
    )


def test_a_card_arrives(wecom: EnterpriseWechat, simulators: Simulators) -> None:
    outcome = send(wecom)
    assert (outcome.state, outcome.platform_code) == ("sent", "0")
    (message,) = simulators.get("messages", phone=USER)["items"]
    assert (message["channel"], message["title"]) == ("wecom", "客户催办")
    assert message["link"] == "http://hall/console/#/cases/1"
    assert message["platform_id"] == outcome.platform_id
    send(wecom)
    # One token serves until it runs out.
    assert len(simulators.list_calls("gettoken")) == 1


@pytest.mark.parametrize("code", ["40014", "42001"])
def test_a_token_that_ran_out_is_renewed_once(
    wecom: EnterpriseWechat, simulators: Simulators, code: str
) -> None:
    assert send(wecom).state == "sent"
    simulators.order("wecom", "message_send", "refuse", code=code)
    simulators.post("wecom/tokens/forget")
    assert send(wecom).state == "sent"
    assert len(simulators.get("messages", phone=USER)["items"]) == 2


def test_a_token_that_stays_wrong_is_told(wecom: EnterpriseWechat, simulators: Simulators) -> None:
    simulators.order("wecom", "message_send", "refuse", code="40014", times=2)
    with pytest.raises(PlatformRefused):
        send(wecom)


@pytest.mark.parametrize("code", ["45009", "45033", "-1"])
def test_a_rate_limit_is_tried_later(wecom: EnterpriseWechat, simulators: Simulators, code: str) -> None:
    simulators.order("wecom", "message_send", "refuse", code=code)
    with pytest.raises(PlatformUnavailable):
        send(wecom)
    assert simulators.get("messages", phone=USER)["items"] == []


def test_an_unknown_member_is_refused(wecom: EnterpriseWechat, simulators: Simulators) -> None:
    answer = requests.put(
        f"{simulators.base_url}/control/wecom/{USER}", json={"is_member": False}, timeout=10
    )
    answer.raise_for_status()
    assert send(wecom) == SendOutcome("refused", "81013")
    # The platform says "ok" where it reached somebody else of those asked for.
    missed = wecom.send_card(f"lead301|{USER}", "x", "y", "http://hall")
    assert (missed.state, missed.platform_code) == ("refused", "81013")


@pytest.mark.parametrize("wrong", [{"corp_id": "ww0000000000000000"}, {"secret": "x"}, {"agent_id": "7"}])
def test_wrong_keys_are_told(simulators: Simulators, wrong: dict[str, str]) -> None:
    with pytest.raises(PlatformRefused):
        send(make(simulators, **wrong))


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [("hang_before", {"ms": 4000}, "timeout"), ("hang_after", {"ms": 4000}, "timeout"),
     ("http_status", {"code": "502"}, "http_502"), ("refuse", {"code": "99999"}, "99999")],
)  # fmt: skip
def test_without_an_answer_the_outcome_is_unknown(
    wecom: EnterpriseWechat, simulators: Simulators, kind: str, more: dict[str, object], code: str
) -> None:
    send(wecom)
    simulators.order("wecom", "message_send", kind, **more)
    assert send(wecom).platform_code == code


def test_where_nobody_listens_nothing_was_sent() -> None:
    nobody = EnterpriseWechat(
        base_url="http://127.0.0.1:9", corp_id="ww1", agent_id="1", secret="x", answer_seconds=1
    )
    with pytest.raises(PlatformUnavailable):
        send(nobody)
