"""The settings of whatever tells who somebody is: its providers, and how long that is kept."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.setting_declarations import setting
from backend.core.setting_values import make_number_reader, make_pattern_reader, read_flag, read_web_url

_NAMECHECK = ("NAMECHECK_BASE_URL", "NAMECHECK_SECRET_ID", "NAMECHECK_SECRET_KEY")
_OCR = ("OCR_BASE_URL", "OCR_SECRET_ID", "OCR_SECRET_KEY")
_FACEID = ("FACEID_BASE_URL", "FACEID_SECRET_ID", "FACEID_SECRET_KEY", "FACEID_RULE_ID")


@dataclass(frozen=True, kw_only=True)
class IdentitySettings:
    """Part of Settings. A provider that is not set up has None in its settings."""

    faceid_base_url: str | None = setting(
        "FACEID_BASE_URL", "Face checks; without them staff alone decide who somebody is.",
        unit="http(s) URL without query", parse=read_web_url, example="https://faceid.tencentcloudapi.com",
        needs=_FACEID,
    )  # fmt: skip
    faceid_secret_id: str | None = setting(
        "FACEID_SECRET_ID", "Face checks, access id.", unit="text", secret=True, example="", needs=_FACEID,
    )  # fmt: skip
    faceid_secret_key: str | None = setting(
        "FACEID_SECRET_KEY", "Face checks, access key.", unit="text", secret=True, example="", needs=_FACEID,
    )  # fmt: skip
    faceid_rule_id: str | None = setting(
        "FACEID_RULE_ID", "Face checks, the business flow (RuleId).", unit="letters and digits",
        parse=make_pattern_reader(r"[0-9A-Za-z]{1,32}"), example="1", needs=_FACEID,
    )  # fmt: skip
    wechat_face_checks: bool = setting(
        "WECHAT_FACE_CHECKS", "Whether WeChat itself checks faces in the mini-program (微信人脸核身).",
        unit="true or false", parse=read_flag, default=False, example="false",
        needs=("WECHAT_API_BASE_URL", "WECHAT_MINI_APP_ID"),
    )  # fmt: skip
    namecheck_base_url: str | None = setting(
        "NAMECHECK_BASE_URL", "Names compared with ID numbers; without them nobody compares.",
        unit="http(s) URL without query", parse=read_web_url, example="https://faceid.tencentcloudapi.com",
        needs=_NAMECHECK,
    )  # fmt: skip
    namecheck_secret_id: str | None = setting(
        "NAMECHECK_SECRET_ID", "Names compared with ID numbers, access id.", unit="text", secret=True,
        example="", needs=_NAMECHECK,
    )  # fmt: skip
    namecheck_secret_key: str | None = setting(
        "NAMECHECK_SECRET_KEY", "Names compared with ID numbers, access key.", unit="text", secret=True,
        example="", needs=_NAMECHECK,
    )  # fmt: skip
    ocr_base_url: str | None = setting(
        "OCR_BASE_URL", "Photos of identity cards and licences read; without them people type.",
        unit="http(s) URL without query", parse=read_web_url, example="https://ocr.tencentcloudapi.com",
        needs=_OCR,
    )  # fmt: skip
    ocr_secret_id: str | None = setting(
        "OCR_SECRET_ID", "Photos of papers read, access id.", unit="text", secret=True, example="",
        needs=_OCR,
    )  # fmt: skip
    ocr_secret_key: str | None = setting(
        "OCR_SECRET_KEY", "Photos of papers read, access key.", unit="text", secret=True, example="",
        needs=_OCR,
    )  # fmt: skip
    identity_kept_days: int = setting(
        "IDENTITY_KEPT_DAYS", "How long what proved somebody's identity is kept.", default=1095,
        unit="whole number from 30 to 3650 (days)", parse=make_number_reader(30, 3650), example="1095",
    )  # fmt: skip
    id_photos_kept_days: int = setting(
        "ID_PHOTOS_KEPT_DAYS", "How long photos of ID cards are kept after their case.", default=365,
        unit="whole number from 30 to 1095 (days)", parse=make_number_reader(30, 1095), example="365",
    )  # fmt: skip
    cases_kept_days: int = setting(
        "CASES_KEPT_DAYS", "How long an ended case keeps what is personal.", default=1095,
        unit="whole number from 180 to 3650 (days)", parse=make_number_reader(180, 3650), example="1095",
    )  # fmt: skip
    contracts_kept_days: int = setting(
        "CONTRACTS_KEPT_DAYS", "The same for cases about contracts or money, and for signed papers.",
        default=3650, unit="whole number from 1095 to 10950 (days)", parse=make_number_reader(1095, 10950),
        example="3650",
    )  # fmt: skip
