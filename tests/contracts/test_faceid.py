"""The FaceID adapter against the simulated provider, over loopback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from prometheus_client import REGISTRY

from backend.core.config import Settings
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.identity.port import (
    ID_NUMBER,
    NAME,
    Begun,
    FaceAnswer,
    FaceChecks,
    FaceState,
    Opening,
    Person,
    PersonRefused,
)
from backend.identity.tencent import TencentFaceChecks
from composition.platforms import Platforms
from tests.contracts.conftest import Simulators

PERSON = Person("钱明", "11010519491231002X")
BACK = "http://127.0.0.1:8000/h5/#/pages/identity/index?no=1"
OPENING = Opening(PERSON, "our-reference", BACK)


@pytest.fixture
def faces(platforms: Platforms) -> FaceChecks:
    assert platforms.faces is not None
    return platforms.faces


def begin(faces: FaceChecks) -> Begun:
    return faces.begin(OPENING)


def do(simulators: Simulators, begun: Begun, result: str) -> str:
    """Be the person on the provider's page, and return where it leads back to."""
    page = requests.get(begun.url, timeout=5)
    assert page.status_code == 200 and PERSON.id_number not in page.text
    ended = requests.post(f"{begun.url}/{result}", allow_redirects=False, timeout=5)
    assert ended.status_code == 303
    return ended.headers["Location"]


def test_a_person_passes_and_comes_back(faces: FaceChecks, simulators: Simulators) -> None:
    begun = begin(faces)
    assert faces.query(begun.provider_reference, OPENING) == FaceAnswer(FaceState.PENDING, "")
    back = do(simulators, begun, "pass")
    # What the address brings along is no proof, and stands before the place on our page.
    assert back == BACK.replace("#", f"?BizToken={begun.provider_reference}#")
    for _ in range(2):
        answer = faces.query(begun.provider_reference, OPENING)
        assert answer == FaceAnswer(FaceState.PASSED, "0", "our-reference", PERSON)


@pytest.mark.parametrize(
    ("result", "state", "code"),
    [
        ("fail", FaceState.FAILED, "2016"),
        ("fake", FaceState.FAILED, "1002"),
        ("leave", FaceState.PENDING, ""),
    ],
)
def test_a_person_does_not_pass(
    faces: FaceChecks, simulators: Simulators, result: str, state: FaceState, code: str
) -> None:
    begun = begin(faces)
    do(simulators, begun, result)
    answer = faces.query(begun.provider_reference, OPENING)
    assert (answer.state, answer.code) == (state, code)


def test_another_person_is_told_by_name_and_number(faces: FaceChecks, simulators: Simulators) -> None:
    begun = begin(faces)
    do(simulators, begun, "stranger")
    answer = faces.query(begun.provider_reference, OPENING)
    assert answer.state is FaceState.PASSED and answer.person != PERSON


def test_an_unknown_end_is_unknown_and_counted(faces: FaceChecks, simulators: Simulators) -> None:
    def count() -> float:
        return REGISTRY.get_sample_value("hall_platform_unknown_codes_total", {"platform": "faceid"}) or 0

    begun, before = begin(faces), count()
    simulators.order("faceid", "GetDetectInfoEnhanced", "refuse", code="9999")
    assert faces.query(begun.provider_reference, OPENING).state is FaceState.UNKNOWN
    assert count() == before + 1


def test_a_check_that_is_not_the_providers_fails(faces: FaceChecks) -> None:
    answer = faces.query("00000000-0000-0000-0000-000000000000", OPENING)
    assert (answer.state, answer.code) == (FaceState.FAILED, "InvalidParameterValue.BizTokenIllegal")


@pytest.mark.parametrize(
    ("person", "field"), [(Person("钱" * 33, PERSON.id_number), NAME), (Person("钱明", "123"), ID_NUMBER)]
)
def test_a_person_that_cannot_be(faces: FaceChecks, person: Person, field: str) -> None:
    with pytest.raises(PersonRefused, match=field):
        faces.begin(Opening(person, "r", BACK))


@pytest.mark.parametrize(
    ("code", "error"),
    [("UnauthorizedOperation.Arrears", PlatformRefused), ("AuthFailure.SignatureFailure", PlatformRefused),
     ("RequestLimitExceeded", PlatformUnavailable), ("Brand.New", PlatformUnavailable)],
)  # fmt: skip
def test_what_the_provider_refuses(
    faces: FaceChecks, simulators: Simulators, code: str, error: type[Exception]
) -> None:
    simulators.order("faceid", "DetectAuth", "refuse", code=code)
    with pytest.raises(error):
        begin(faces)


@pytest.mark.parametrize(
    ("kind", "more"),
    [("hang_before", {"ms": 3000}), ("hang_after", {"ms": 3000}), ("http_status", {"code": "502"})],
)
def test_an_outage_is_no_answer(
    faces: FaceChecks, simulators: Simulators, kind: str, more: dict[str, object]
) -> None:
    begun = begin(faces)
    simulators.order("faceid", "GetDetectInfoEnhanced", kind, **more)
    with pytest.raises(PlatformUnavailable):
        faces.query(begun.provider_reference, OPENING)
    simulators.post("faults/release")
    do(simulators, begun, "pass")
    assert faces.query(begun.provider_reference, OPENING).state is FaceState.PASSED


def test_a_wrong_key_opens_nothing(make_settings: Callable[..., Settings], simulators: Simulators) -> None:
    settings = make_settings()
    wrong = TencentFaceChecks(
        base_url=simulators.base_url, secret_id=settings.faceid_secret_id or "", secret_key="x" * 32,
        rule_id="1", answer_seconds=1,
    )  # fmt: skip
    with pytest.raises(PlatformRefused) as caught:
        begin(wrong)
    assert caught.value.platform_code == "AuthFailure.SignatureFailure"
    assert simulators.get("faces")["items"] == []


def test_no_record_of_the_simulator_names_anybody(faces: FaceChecks, simulators: Simulators) -> None:
    begin(faces)
    assert PERSON.id_number not in str(simulators.list_calls("DetectAuth"))
