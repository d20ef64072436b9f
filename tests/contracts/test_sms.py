"""The SMS adapter against the simulated Tencent Cloud, over loopback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from redis import Redis

from backend.core.config import Settings
from backend.core.logs import configure_logging
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.notifications.port import SmsPort
from composition.platforms import Platforms, make_platforms
from tests.contracts.conftest import Simulators

PHONE, CODE_TEMPLATE, VISIT_TEMPLATE = "13800010001", "2400001", "2400004"


@pytest.fixture
def sms(platforms: Platforms) -> SmsPort:
    assert platforms.sms is not None
    return platforms.sms


def send(sms: SmsPort) -> SendOutcome:
    return sms.send(PHONE, CODE_TEMPLATE, ["482915", "5"])


def test_a_code_arrives_in_the_phone(sms: SmsPort, simulators: Simulators) -> None:
    outcome = send(sms)
    assert (outcome.state, outcome.platform_code) == ("sent", "Ok")
    (message,) = simulators.get("messages", phone=PHONE)["items"]
    assert message["platform_id"] == outcome.platform_id
    assert message["text"] == "【城市燃气】验证码482915，5分钟内有效。请勿告诉他人。"
    assert (message["code"], message["user"]) == ("482915", "wang")


def test_chinese_parameters_are_signed_rightly(sms: SmsPort, simulators: Simulators) -> None:
    params = ["燃气维修", "261124A10012345", "11月26日 10:00–11:00"]
    assert sms.send("+8613912345678", VISIT_TEMPLATE, params).state == "sent"
    (message,) = simulators.get("messages", phone="13912345678")["items"]
    assert "师傅预计11月26日 10:00–11:00上门" in message["text"]
    assert message["user"] is None


@pytest.mark.parametrize(
    ("phone", "template", "params", "code"),
    [
        ("12345", CODE_TEMPLATE, ["1", "5"], "InvalidParameterValue.IncorrectPhoneNumber"),
        (PHONE, "999", ["1"], "FailedOperation.TemplateIncorrectOrUnapproved"),
        (PHONE, CODE_TEMPLATE, ["1"], "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
        (PHONE, CODE_TEMPLATE, ["abc", "5"], "InvalidParameterValue.TemplateParameterFormatError"),
    ],
)
def test_what_the_platform_checks(
    sms: SmsPort, simulators: Simulators, phone: str, template: str, params: list[str], code: str
) -> None:
    assert sms.send(phone, template, params) == SendOutcome("refused", code)
    assert simulators.get("messages")["items"] == []


@pytest.mark.parametrize(
    "code",
    [
        "LimitExceeded.PhoneNumberDailyLimit",
        "LimitExceeded.PhoneNumberThirtySecondLimit",
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "InvalidParameterValue.ContentLengthLimit",
        "UnsupportedOperation.UnsupportedRegion",
        "MissingParameter",
    ],
)
def test_refusals(sms: SmsPort, simulators: Simulators, code: str) -> None:
    simulators.order("sms", "SendSms", "refuse", code=code)
    assert send(sms) == SendOutcome("refused", code)


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "LimitExceeded.DeliveryFrequencyLimit"])
def test_busy_may_be_tried_again(sms: SmsPort, simulators: Simulators, code: str) -> None:
    simulators.order("sms", "*", "refuse", code=code)
    with pytest.raises(PlatformUnavailable, match=code):
        send(sms)
    assert send(sms).state == "sent"


@pytest.mark.parametrize("code", ["InternalError.Timeout", "FailedOperation.NeverHeardOf", "Surprise"])
def test_what_nobody_knows_is_unknown(sms: SmsPort, simulators: Simulators, code: str) -> None:
    simulators.order("sms", "SendSms", "refuse", code=code)
    assert send(sms) == SendOutcome("unknown", code)


def test_the_code_counts_also_while_another_error_is_handled(sms: SmsPort, simulators: Simulators) -> None:
    simulators.order("sms", "SendSms", "refuse", code="MissingParameter")
    try:
        raise KeyError
    except KeyError:
        assert send(sms) == SendOutcome("refused", "MissingParameter")


def test_late(sms: SmsPort, simulators: Simulators) -> None:
    simulators.order("sms", "SendSms", "late", ms=300)
    assert send(sms).state == "sent"
    simulators.order("sms", "SendSms", "late", ms=3000)
    assert send(sms) == SendOutcome("unknown", "timeout")
    assert len(simulators.get("messages")["items"]) == 2
    simulators.post("faults/release")


@pytest.mark.parametrize(("kind", "delivered"), [("hang_before", 0), ("hang_after", 1)])
def test_a_hang_leaves_it_unknown(sms: SmsPort, simulators: Simulators, kind: str, delivered: int) -> None:
    simulators.order("sms", "SendSms", kind, ms=200)
    assert send(sms) == SendOutcome("unknown", "broken_off")
    assert len(simulators.get("messages")["items"]) == delivered


def test_a_broken_gateway_leaves_it_unknown(sms: SmsPort, simulators: Simulators) -> None:
    simulators.order("sms", "SendSms", "http_status", code="503")
    assert send(sms) == SendOutcome("unknown", "http_error")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"SMS_SECRET_KEY": "wrong"}, "AuthFailure.SignatureFailure"),
        ({"SMS_SECRET_ID": "AKIDwrong"}, "AuthFailure.SecretIdNotFound"),
    ],
)
def test_wrong_keys_are_refused(
    make_settings: Callable[..., Settings],
    redis: Redis,
    simulators: Simulators,
    changed: dict[str, str],
    code: str,
) -> None:
    sms = make_platforms(make_settings(**changed), redis).sms
    assert sms is not None
    with pytest.raises(PlatformRefused, match=code):
        send(sms)
    assert simulators.get("messages")["items"] == []


def test_a_tampered_body_breaks_the_signature(sms: SmsPort, simulators: Simulators) -> None:
    answer = requests.post(simulators.base_url, json={"PhoneNumberSet": [PHONE]}, timeout=10)
    assert answer.json()["Response"]["Error"]["Code"] == "AuthFailure.InvalidAuthorization"


def test_no_log_holds_the_text_or_the_key(
    sms: SmsPort, simulators: Simulators, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("DEBUG")
    try:
        simulators.order("sms", "SendSms", "refuse", code="Surprise")
        send(sms)
    finally:
        configure_logging("INFO")
    shown = capsys.readouterr().out
    assert "platform_code_unknown" in shown
    assert not any(secret in shown for secret in ("482915", PHONE, simulators.environment["SMS_SECRET_ID"]))


def test_a_wrong_application_is_refused(make_settings: Callable[..., Settings], redis: Redis) -> None:
    sms = make_platforms(make_settings(SMS_APP_ID="1400000000"), redis).sms
    assert sms is not None
    assert send(sms) == SendOutcome("refused", "UnauthorizedOperation.SmsSdkAppIdVerifyFail")


def test_nobody_listening_is_unavailable_and_nothing_was_sent(
    make_settings: Callable[..., Settings], redis: Redis, free_port: int
) -> None:
    sms = make_platforms(make_settings(SMS_BASE_URL=f"http://127.0.0.1:{free_port}"), redis).sms
    assert sms is not None
    with pytest.raises(PlatformUnavailable, match="not_reached"):
        send(sms)
