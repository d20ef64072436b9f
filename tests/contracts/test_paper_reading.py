"""The reading of identity cards and licences against the simulated provider, over loopback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from backend.core.config import Settings
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.identity.papers import PaperFault, PaperKind, PaperReader, PaperRefused
from backend.identity.tencent_papers import TencentPaperReader, read_last_day
from composition.platforms import Platforms
from tests.cards import draw_card_back, draw_card_front, draw_landscape, draw_licence
from tests.contracts.conftest import Simulators
from tests.pictures import make_photo

NUMBER, CODE = "11010519491231002X", "91330106MA2CFLDG60"


@pytest.fixture
def papers(platforms: Platforms) -> PaperReader:
    assert platforms.papers is not None
    return platforms.papers


@pytest.mark.parametrize("number", [NUMBER, "440524198701010014", "110101199003077758", "330106200806160737"])
@pytest.mark.parametrize("scale", [0.8, 1, 2.2])
def test_the_number_is_read_from_the_picture(papers: PaperReader, number: str, scale: float) -> None:
    read = papers.read(PaperKind.ID_CARD, draw_card_front(number, scale=scale, quality=70))
    assert (read.number, read.name, read.valid_until) == (number, "", None)
    assert len(read.request_id) == 36


def test_the_register_tells_whose_number_it_is(papers: PaperReader, simulators: Simulators) -> None:
    simulators.put(f"register/{NUMBER}", name="孙丽")
    assert papers.read(PaperKind.ID_CARD, draw_card_front(NUMBER)).name == "孙丽"


@pytest.mark.parametrize(("last", "until"), [("2035.03.01", date(2035, 3, 1)), ("", None)])
def test_the_other_side_tells_how_long_it_is_good(papers: PaperReader, last: str, until: date | None) -> None:
    read = papers.read(PaperKind.ID_CARD, draw_card_back("2015.03.01", last))
    assert (read.number, read.valid_until) == ("", until)


def test_a_licence_tells_its_code_and_its_time(papers: PaperReader) -> None:
    read = papers.read(PaperKind.LICENCE, draw_licence(CODE, "2015.03.01", "2025.02.28"))
    assert (read.number, read.valid_until) == (CODE, date(2025, 2, 28))
    assert papers.read(PaperKind.LICENCE, draw_licence(CODE)).valid_until is None


@pytest.mark.parametrize("kind", list(PaperKind))
@pytest.mark.parametrize("picture", [draw_landscape(), make_photo()])
def test_a_picture_that_is_no_document_is_told(papers: PaperReader, kind: PaperKind, picture: bytes) -> None:
    with pytest.raises(PaperRefused) as caught:
        papers.read(kind, picture)
    assert caught.value.args[0] is PaperFault.NOT_DOCUMENT


def test_a_card_is_no_licence(papers: PaperReader) -> None:
    with pytest.raises(PaperRefused):
        papers.read(PaperKind.ID_CARD, draw_licence(CODE))


@pytest.mark.parametrize("code", ["FailedOperation.ImageBlur", "FailedOperation.MultiCardError"])
def test_what_cannot_be_read_is_unclear(papers: PaperReader, simulators: Simulators, code: str) -> None:
    simulators.order("ocr", "IDCardOCR", "refuse", code=code)
    with pytest.raises(PaperRefused) as caught:
        papers.read(PaperKind.ID_CARD, draw_card_front(NUMBER))
    assert caught.value.args[0] is PaperFault.UNCLEAR


@pytest.mark.parametrize(
    ("code", "error"),
    [("FailedOperation.UnOpenError", PlatformRefused), ("AuthFailure.SignatureFailure", PlatformRefused),
     ("FailedOperation.EngineRecognizeTimeout", PlatformUnavailable), ("Brand.New", PlatformUnavailable)],
)  # fmt: skip
def test_what_the_provider_refuses(
    papers: PaperReader, simulators: Simulators, code: str, error: type[Exception]
) -> None:
    simulators.order("ocr", "BizLicenseOCR", "refuse", code=code)
    with pytest.raises(error):
        papers.read(PaperKind.LICENCE, draw_licence(CODE))


@pytest.mark.parametrize(("kind", "more"), [("hang_before", {"ms": 3000}), ("http_status", {"code": "502"})])
def test_an_outage_is_no_answer(
    papers: PaperReader, simulators: Simulators, kind: str, more: dict[str, object]
) -> None:
    simulators.order("ocr", "IDCardOCR", kind, **more)
    with pytest.raises(PlatformUnavailable):
        papers.read(PaperKind.ID_CARD, draw_card_front(NUMBER))
    simulators.post("faults/release")


def test_a_wrong_key_opens_nothing(make_settings: Callable[..., Settings], simulators: Simulators) -> None:
    wrong = TencentPaperReader(
        base_url=simulators.base_url, secret_id=make_settings().ocr_secret_id or "", secret_key="x" * 32,
        answer_seconds=1,
    )  # fmt: skip
    with pytest.raises(PlatformRefused) as caught:
        wrong.read(PaperKind.ID_CARD, draw_card_front(NUMBER))
    assert caught.value.platform_code == "AuthFailure.SignatureFailure"


def test_no_record_of_the_simulator_holds_picture_or_number(
    papers: PaperReader, simulators: Simulators
) -> None:
    papers.read(PaperKind.ID_CARD, draw_card_front(NUMBER))
    [call] = simulators.list_calls("IDCardOCR")
    assert NUMBER not in str(call) and "ImageBase64" not in call["request"]


@pytest.mark.parametrize(
    ("period", "last"),
    [
        ("2010.07.21-2020.07.21", date(2020, 7, 21)), ("2010.07.21-长期", None), ("1998年11月至长期", None),
        ("2010年09月02日至2020年9月1日", date(2020, 9, 1)), ("2010-09-02至2020-02-30", None), ("", None),
        ("2010.07.21", None),
    ],
)  # fmt: skip
def test_what_a_paper_says_of_its_time(period: str, last: date | None) -> None:
    assert read_last_day(period) == last
