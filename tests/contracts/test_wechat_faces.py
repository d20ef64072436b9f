"""WeChat's facial verification against the simulated WeChat, over loopback."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from redis import Redis

from backend.core.config import Settings
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.identity.port import Begun, FaceAnswer, FaceChecks, FaceState, Opening, Person, PersonRefused
from backend.identity.wechat_faces import make_cert_hash
from composition.platforms import Platforms, make_platforms
from tests.contracts.conftest import Simulators

PERSON = Person("钱明", "11010519491231002X")
REFERENCE = "0123456789abcdefghijklmnopqrstuv"


@pytest.fixture
def faces(platforms: Platforms) -> FaceChecks:
    assert platforms.mini_faces is not None
    return platforms.mini_faces


@pytest.fixture
def opening(simulators: Simulators) -> Opening:
    return Opening(PERSON, REFERENCE, openid=simulators.find_user("wang")["mini_openid"])


def do(simulators: Simulators, begun: Begun, result: int) -> None:
    """Be the person before WeChat's own camera."""
    simulators.post(f"wechat_faces/{begun.ticket}", result=result)


def test_the_print_is_made_as_the_vendors_document_makes_it() -> None:
    told = "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"
    assert make_cert_hash(Person("张三", "310101199801011234")) == told


def test_a_person_passes(faces: FaceChecks, simulators: Simulators, opening: Opening) -> None:
    begun = faces.begin(opening)
    assert begun.url == "" and begun.ticket and begun.ticket in begun.provider_reference
    assert faces.query(begun.provider_reference, opening).state is FaceState.PENDING
    do(simulators, begun, 10000)
    for _ in range(2):
        answer = faces.query(begun.provider_reference, opening)
        assert answer == FaceAnswer(FaceState.PASSED, "10000", REFERENCE, PERSON)


@pytest.mark.parametrize(
    ("result", "state"),
    [(10004, FaceState.FAILED), (10003, FaceState.FAILED), (10020, FaceState.FAILED),
     (10005, FaceState.PENDING), (90002, FaceState.PENDING), (90008, FaceState.PENDING)],
)  # fmt: skip
def test_a_person_does_not_pass(
    faces: FaceChecks, simulators: Simulators, opening: Opening, result: int, state: FaceState
) -> None:
    begun = faces.begin(opening)
    do(simulators, begun, result)
    answer = faces.query(begun.provider_reference, opening)
    assert (answer.state, answer.code) == (state, str(result))


@pytest.mark.parametrize(
    "other",
    [{"person": Person("路人甲", "11010119900307109X")}, {"reference": "another-check-of-somebody-else-1"}],
)
def test_a_check_of_another_person_or_check_is_told_to_nobody(
    faces: FaceChecks, simulators: Simulators, opening: Opening, other: dict[str, object]
) -> None:
    begun = faces.begin(opening)
    do(simulators, begun, 10000)
    claimed: Opening = dataclasses.replace(opening, **other)  # type: ignore[arg-type]
    assert faces.query(begun.provider_reference, claimed) == FaceAnswer(FaceState.UNKNOWN, "84001")
    stolen = f"{begun.ticket} {simulators.find_user('li')['mini_openid']}"
    assert faces.query(stolen, opening).state is FaceState.UNKNOWN


def test_an_unknown_end_is_unknown_and_counted(
    faces: FaceChecks, simulators: Simulators, opening: Opening
) -> None:
    def count() -> float:
        told = REGISTRY.get_sample_value("hall_platform_unknown_codes_total", {"platform": "wechat_face"})
        return told or 0

    begun, before = faces.begin(opening), count()
    do(simulators, begun, 19999)
    assert faces.query(begun.provider_reference, opening).state is FaceState.UNKNOWN
    assert count() == before + 1


def test_a_person_that_cannot_be(faces: FaceChecks, opening: Opening) -> None:
    with pytest.raises(PersonRefused):
        faces.begin(dataclasses.replace(opening, person=Person("钱明", "123")))


@pytest.mark.parametrize("openid", ["", "o-nobody"])
def test_who_is_not_known_to_wechat_cannot_begin(faces: FaceChecks, opening: Opening, openid: str) -> None:
    with pytest.raises(PlatformRefused):
        faces.begin(dataclasses.replace(opening, openid=openid))


@pytest.mark.parametrize(
    ("code", "error"),
    [("48001", PlatformRefused), ("45011", PlatformUnavailable), ("99999", PlatformUnavailable)],
)
def test_what_wechat_refuses(
    faces: FaceChecks, simulators: Simulators, opening: Opening, code: str, error: type[Exception]
) -> None:
    simulators.order("wechat", "getverifyid", "refuse", code=code)
    with pytest.raises(error):
        faces.begin(opening)


@pytest.mark.parametrize(
    ("kind", "more"),
    [("hang_before", {"ms": 3000}), ("hang_after", {"ms": 3000}), ("http_status", {"code": "502"})],
)
def test_an_outage_is_no_answer(
    faces: FaceChecks, simulators: Simulators, opening: Opening, kind: str, more: dict[str, object]
) -> None:
    begun = faces.begin(opening)
    simulators.order("wechat", "queryverifyinfo", kind, **more)
    with pytest.raises(PlatformUnavailable):
        faces.query(begun.provider_reference, opening)
    simulators.post("faults/release")
    do(simulators, begun, 10000)
    assert faces.query(begun.provider_reference, opening).state is FaceState.PASSED


def test_a_token_that_ran_out_is_renewed(faces: FaceChecks, simulators: Simulators, opening: Opening) -> None:
    faces.begin(opening)
    simulators.post("tokens/forget")
    assert faces.begin(opening).ticket


def test_only_who_sets_it_up_has_it(make_settings: Callable[..., Settings], redis: Redis) -> None:
    assert make_platforms(make_settings(WECHAT_FACE_CHECKS="false"), redis).mini_faces is None


def test_no_record_of_the_simulator_names_anybody(
    faces: FaceChecks, simulators: Simulators, opening: Opening
) -> None:
    faces.begin(opening)
    told = str(simulators.list_calls("getverifyid"))
    assert REFERENCE in told and PERSON.id_number not in told and PERSON.name not in told
