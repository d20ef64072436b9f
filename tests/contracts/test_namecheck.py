"""The comparison of names and ID numbers against the simulated provider, over loopback."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.core.config import Settings
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.identity.names import NameChecks, NameVerdict
from backend.identity.port import Person
from backend.identity.tencent_names import TencentNameChecks
from composition.platforms import Platforms
from tests.contracts.conftest import Simulators

NUMBER, NOBODYS = "11010519491231002X", "110105194912310003"
PERSON = Person("钱明", NUMBER)


@pytest.fixture
def names(platforms: Platforms) -> NameChecks:
    assert platforms.names is not None
    return platforms.names


@pytest.mark.parametrize(
    ("person", "verdict", "code"),
    [
        (PERSON, NameVerdict.MATCH, "0"),
        (Person("错别字", NUMBER), NameVerdict.MISMATCH, "-1"),
        (Person("Qian", NUMBER), NameVerdict.MISMATCH, "-3"),
        (Person("钱明", NOBODYS), NameVerdict.NO_SUCH_NUMBER, "-5"),
        (Person("钱明", "110105194912310021"), NameVerdict.NO_SUCH_NUMBER, "-2"),
    ],
)
def test_what_the_register_says(names: NameChecks, person: Person, verdict: NameVerdict, code: str) -> None:
    answer = names.compare(person)
    assert (answer.verdict, answer.code) == (verdict, code)
    assert len(answer.request_id) == 36


def test_a_registered_number_belongs_to_one_name(names: NameChecks, simulators: Simulators) -> None:
    simulators.put(f"register/{NUMBER}", name="孙丽")
    assert names.compare(PERSON).verdict is NameVerdict.MISMATCH
    assert names.compare(Person("孙丽", NUMBER)).verdict is NameVerdict.MATCH


@pytest.mark.parametrize("code", ["-4", "-6", "-7", "-99"])
def test_where_nobody_compared_there_is_no_verdict(
    names: NameChecks, simulators: Simulators, code: str
) -> None:
    simulators.order("namecheck", "IdCardVerification", "refuse", code=code)
    with pytest.raises(PlatformUnavailable) as caught:
        names.compare(PERSON)
    assert caught.value.platform_code == code


@pytest.mark.parametrize(
    ("code", "error"),
    [("UnauthorizedOperation.Arrears", PlatformRefused), ("AuthFailure.SignatureFailure", PlatformRefused),
     ("RequestLimitExceeded", PlatformUnavailable), ("FailedOperation.IdFormatError", PlatformUnavailable)],
)  # fmt: skip
def test_what_the_provider_refuses(
    names: NameChecks, simulators: Simulators, code: str, error: type[Exception]
) -> None:
    simulators.order("namecheck", "IdCardVerification", "refuse", code=code)
    with pytest.raises(error):
        names.compare(PERSON)


@pytest.mark.parametrize(
    ("kind", "more"),
    [("hang_before", {"ms": 3000}), ("hang_after", {"ms": 3000}), ("http_status", {"code": "502"})],
)
def test_an_outage_is_no_answer(
    names: NameChecks, simulators: Simulators, kind: str, more: dict[str, object]
) -> None:
    simulators.order("namecheck", "IdCardVerification", kind, **more)
    with pytest.raises(PlatformUnavailable):
        names.compare(PERSON)
    simulators.post("faults/release")
    assert names.compare(PERSON).verdict is NameVerdict.MATCH


def test_a_wrong_key_opens_nothing(make_settings: Callable[..., Settings], simulators: Simulators) -> None:
    wrong = TencentNameChecks(
        base_url=simulators.base_url, secret_id=make_settings().namecheck_secret_id or "",
        secret_key="x" * 32, answer_seconds=1,
    )  # fmt: skip
    with pytest.raises(PlatformRefused) as caught:
        wrong.compare(PERSON)
    assert caught.value.platform_code == "AuthFailure.SignatureFailure"


def test_no_record_of_the_simulator_names_anybody(names: NameChecks, simulators: Simulators) -> None:
    names.compare(PERSON)
    told = str(simulators.list_calls("IdCardVerification"))
    assert "IdCardVerification" in told and NUMBER not in told and PERSON.name not in told
