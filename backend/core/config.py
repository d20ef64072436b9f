"""Deployment settings: each is declared once, and reading, checking and ``.env.example`` follow from that.

Business settings are versioned rows in the database and do not belong here (design, decision 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from backend.core.identity_settings import IdentitySettings
from backend.core.setting_declarations import ConfigurationError, Declaration, SettingProblem, setting
from backend.core.setting_values import (
    is_loopback,
    make_number_reader,
    make_pattern_reader,
    make_url_reader,
    read_flag,
    read_key,
    read_key_ring,
    read_level,
    read_named_ids,
    read_origin,
    read_sides,
    read_web_url,
)

MAKE_KEY = 'python -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"'
MAKE_SECRET = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'


_POSTGRESQL = make_url_reader("postgresql", "postgresql+psycopg", "postgresql+psycopg2")
_WECOM = ("WECOM_BASE_URL", "WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET")
_WECHAT, _SMS = "WECHAT_API_BASE_URL", ("SMS_BASE_URL", "SMS_SECRET_ID", "SMS_SECRET_KEY", "SMS_APP_ID")


@dataclass(frozen=True, kw_only=True)
class _HallSettings:
    """All but what IdentitySettings has."""

    database_url: str = setting(
        "DATABASE_URL", "The PostgreSQL database.", unit="URL, postgresql://", parse=_POSTGRESQL,
        required=True, secret=True, example="postgresql+psycopg://hall@127.0.0.1:5432/hall",
    )  # fmt: skip
    redis_url: str = setting(
        "REDIS_URL", "Queue, pub/sub and rate limits.", unit="URL, redis://, rediss:// or unix://",
        parse=make_url_reader("redis", "rediss", "unix"), required=True, secret=True, example="redis://127.0.0.1:6379/0",
    )  # fmt: skip
    secret_key: str = setting(
        "SECRET_KEY", f"Signs access tokens. Make one with: {MAKE_SECRET}",
        unit="text, at least 32 characters", parse=make_pattern_reader(r".{32,}"), required=True, secret=True,
        example="",
    )  # fmt: skip
    encryption_keys: tuple[tuple[int, bytes], ...] = setting(
        "ENCRYPTION_KEYS", f"Key ring for personal data; the last key encrypts. Make a key with: {MAKE_KEY}",
        unit="1:base64,2:base64 with distinct numbers from 1, each key 32 bytes in base64",
        parse=read_key_ring,
        required=True, secret=True, example="",
    )  # fmt: skip
    blind_index_key: bytes = setting(
        "BLIND_INDEX_KEY", "Finds encrypted values again; changing it means rebuilding every index.",
        unit="32 bytes in base64", parse=read_key, required=True, secret=True, example="",
    )  # fmt: skip
    demo_mode: bool = setting(
        "DEMO_MODE", "Demonstration accounts and simulators; only on a loopback HOST.", unit="true or false",
        parse=read_flag, default=False, example="false",
    )  # fmt: skip
    host: str = setting(
        "HOST", "The address the web server listens on.", unit="IP address or host name",
        parse=make_pattern_reader(r"[A-Za-z0-9.:_-]{1,253}"), default="127.0.0.1", example="127.0.0.1",
    )  # fmt: skip
    port: int = setting(
        "PORT", "The port the web server listens on.", unit="whole number from 1 to 65535",
        parse=make_number_reader(1, 65535), default=8000, example="8000",
    )  # fmt: skip
    web_processes: int = setting(
        "WEB_PROCESSES", "Processes of one web server; their figures meet in PROMETHEUS_MULTIPROC_DIR.",
        unit="whole number from 1 to 64 (processes)", parse=make_number_reader(1, 64), default=2, example="2",
    )  # fmt: skip
    prometheus_multiproc_dir: str | None = setting(
        "PROMETHEUS_MULTIPROC_DIR", "Where web processes add up their figures; empty at each start.",
        unit="path of a folder of this machine", example="var/metrics",
    )  # fmt: skip
    pool_size: int = setting(
        "POOL_SIZE", "Database connections of one process; also its greenlets.",
        unit="whole number from 1 to 500 (connections)", parse=make_number_reader(1, 500), default=20,
        example="20",
    )  # fmt: skip
    public_base_url: str = setting(
        "PUBLIC_BASE_URL", "Where customers reach the hall; links in messages begin with it.",
        unit="http(s) URL without query", parse=read_web_url, default="http://127.0.0.1:8000",
        example="http://127.0.0.1:8000",
    )  # fmt: skip
    hall_api_origin: str | None = setting(
        "HALL_API_ORIGIN", "Where the mini-program finds the hall; built into it, and used by nothing else.",
        unit="http(s) origin without path", parse=read_origin, example="https://hall.example",
    )  # fmt: skip
    proxy_count: int = setting(
        "PROXY_COUNT", "Reverse proxies in front; so many entries of X-Forwarded-For are believed.",
        unit="whole number from 0 to 5", parse=make_number_reader(0, 5), default=0, example="0",
    )  # fmt: skip
    log_level: str = setting(
        "LOG_LEVEL", "The least important message that is logged.",
        unit="DEBUG, INFO, WARNING, ERROR or CRITICAL", parse=read_level, default="INFO", example="INFO",
    )  # fmt: skip
    hotline_number: str = setting(
        "HOTLINE_NUMBER", "The emergency and service hotline shown to customers.",
        unit="telephone number, 3 to 20 digits and hyphens",
        parse=make_pattern_reader(r"[0-9][0-9-]{1,18}[0-9]"),
        default="96602", example="96602",
    )  # fmt: skip
    company_name: str | None = setting(
        "COMPANY_NAME", "The company as a party of contracts and at the head of printed documents.",
        unit="text", example="",
    )  # fmt: skip
    platform_answer_seconds: int = setting(
        "PLATFORM_ANSWER_SECONDS", "How long an outside platform may take to answer; then it is lost.",
        unit="whole number from 1 to 60 (seconds)", parse=make_number_reader(1, 60), default=8, example="8",
    )  # fmt: skip
    job_seconds: int = setting(
        "JOB_SECONDS", "How long one job of a worker may take; what a dead worker left is found soon after.",
        unit="whole number from 10 to 3600 (seconds)", parse=make_number_reader(10, 3600), default=180,
        example="180",
    )  # fmt: skip
    urge_office_hours: int = setting(
        "URGE_OFFICE_HOURS", "How much office time passes before a customer may urge the same step again.",
        unit="whole number from 1 to 80 (hours)", parse=make_number_reader(1, 80), default=4, example="4",
    )  # fmt: skip
    case_link_hours: int = setting(
        "CASE_LINK_HOURS", "How long a link to a case that was sent by text message opens it.",
        unit="whole number from 1 to 720 (hours)", parse=make_number_reader(1, 720), default=72, example="72",
    )  # fmt: skip
    wechat_api_base_url: str | None = setting(
        _WECHAT, "WeChat server API.", unit="http(s) URL without query", parse=read_web_url,
        example="https://api.weixin.qq.com",
    )  # fmt: skip
    wechat_open_base_url: str = setting(
        "WECHAT_OPEN_BASE_URL", "Where the browser goes to sign in by the official account.",
        unit="http(s) URL without query", parse=read_web_url, default="https://open.weixin.qq.com",
        example="https://open.weixin.qq.com",
    )  # fmt: skip
    wechat_mini_app_id: str | None = setting(
        "WECHAT_MINI_APP_ID", "App id of the mini-program.", unit="wx and 16 letters or digits",
        parse=make_pattern_reader(r"wx[0-9A-Za-z]{16}"), example="wx0123456789abcdef",
        needs=("WECHAT_MINI_APP_SECRET", _WECHAT),
    )  # fmt: skip
    wechat_mini_app_secret: str | None = setting(
        "WECHAT_MINI_APP_SECRET", "App secret of the mini-program.", unit="text", secret=True, example="",
        needs=("WECHAT_MINI_APP_ID",),
    )  # fmt: skip
    wechat_mini_state: str = setting(
        "WECHAT_MINI_STATE", "Which version of the mini-program a message opens.",
        unit="formal, trial or developer",
        parse=make_pattern_reader("formal|trial|developer"), default="formal",
        example="formal",
    )  # fmt: skip
    wechat_mini_templates: tuple[tuple[str, str], ...] = setting(
        "WECHAT_MINI_TEMPLATES", "Subscribe messages: purpose and template id (docs/platforms.md).",
        unit="purpose:id,purpose:id with small letters and distinct purposes",
        parse=read_named_ids, default=(),
        example="progress:TEMPLATE_ID", needs=("WECHAT_MINI_APP_ID",),
    )  # fmt: skip
    wechat_official_app_id: str | None = setting(
        "WECHAT_OFFICIAL_APP_ID", "App id of the official account.", unit="wx and 16 letters or digits",
        parse=make_pattern_reader(r"wx[0-9A-Za-z]{16}"), example="wxfedcba9876543210",
        needs=("WECHAT_OFFICIAL_APP_SECRET", _WECHAT),
    )  # fmt: skip
    wechat_official_app_secret: str | None = setting(
        "WECHAT_OFFICIAL_APP_SECRET", "App secret of the official account.", unit="text", secret=True,
        example="", needs=("WECHAT_OFFICIAL_APP_ID",),
    )  # fmt: skip
    wechat_official_templates: tuple[tuple[str, str], ...] = setting(
        "WECHAT_OFFICIAL_TEMPLATES", "Template messages: purpose and template id (docs/platforms.md).",
        unit="purpose:id,purpose:id with small letters and distinct purposes",
        parse=read_named_ids, default=(),
        example="progress:TEMPLATE_ID", needs=("WECHAT_OFFICIAL_APP_ID",),
    )  # fmt: skip
    sms_base_url: str | None = setting(
        "SMS_BASE_URL", "SMS platform.", unit="http(s) URL without query", parse=read_web_url,
        example="https://sms.tencentcloudapi.com",
    )  # fmt: skip
    sms_secret_id: str | None = setting(
        "SMS_SECRET_ID", "SMS platform, access id.", unit="text", secret=True, example="",
        needs=(*_SMS, "SMS_SIGN_NAME"),
    )  # fmt: skip
    sms_secret_key: str | None = setting(
        "SMS_SECRET_KEY", "SMS platform, access key.", unit="text", secret=True, example="",
        needs=("SMS_SECRET_ID",),
    )  # fmt: skip
    sms_app_id: str | None = setting(
        "SMS_APP_ID", "SMS platform, application.", unit="digits", parse=make_pattern_reader(r"[0-9]{1,20}"),
        example="1400000000", needs=("SMS_SECRET_ID",),
    )  # fmt: skip
    sms_sign_name: str | None = setting(
        "SMS_SIGN_NAME", "SMS platform, approved signature.", unit="text", example="城市燃气",
        needs=("SMS_SECRET_ID",),
    )  # fmt: skip
    sms_region: str = setting(
        "SMS_REGION", "SMS platform, region.", unit="region such as ap-guangzhou",
        parse=make_pattern_reader(r"[a-z]{2,4}(-[a-z0-9]{1,20}){1,3}"),
        default="ap-guangzhou", example="ap-guangzhou",
    )  # fmt: skip
    sms_templates: tuple[tuple[str, str], ...] = setting(
        "SMS_TEMPLATES", "Text messages: purpose and template id (docs/platforms.md).",
        unit="purpose:id,purpose:id with small letters and distinct purposes",
        parse=read_named_ids, default=(),
        example="sign_in_code:2400001", needs=("SMS_SECRET_ID",),
    )  # fmt: skip
    map_base_url: str | None = setting(
        "MAP_BASE_URL", "Map and geocoding platform.", unit="http(s) URL without query", parse=read_web_url,
        example="https://apis.map.qq.com",
    )  # fmt: skip
    map_key: str | None = setting(
        "MAP_KEY", "Map platform, key.", unit="text", secret=True, example="", needs=("MAP_BASE_URL",),
    )  # fmt: skip
    service_city: str = setting(
        "SERVICE_CITY", "City that addresses are looked up in on the map, before the district.", unit="text",
        default="", example="济南市", parse=make_pattern_reader(r"\S{0,20}"),
    )  # fmt: skip
    wecom_base_url: str | None = setting(
        "WECOM_BASE_URL", "Enterprise WeChat, by which staff are told.", unit="http(s) URL without query",
        parse=read_web_url, example="https://qyapi.weixin.qq.com", needs=_WECOM,
    )  # fmt: skip
    wecom_corp_id: str | None = setting(
        "WECOM_CORP_ID", "Enterprise WeChat, the corporation.", unit="ww and 16 letters or digits",
        parse=make_pattern_reader(r"ww[0-9A-Za-z]{16}"), example="ww0123456789abcdef", needs=_WECOM,
    )  # fmt: skip
    wecom_agent_id: str | None = setting(
        "WECOM_AGENT_ID", "Enterprise WeChat, the application's number.", unit="digits",
        parse=make_pattern_reader(r"[0-9]{1,12}"), example="1000002", needs=_WECOM,
    )  # fmt: skip
    wecom_secret: str | None = setting(
        "WECOM_SECRET", "Enterprise WeChat, the application's secret.", unit="text", secret=True, example="",
        needs=_WECOM,
    )  # fmt: skip
    contract_base_url: str | None = setting(
        "CONTRACT_BASE_URL", "Contract management system; without it a lead approves in the console.",
        unit="http(s) URL without query", parse=read_web_url, example="https://contracts.example",
        needs=("CONTRACT_APP_ID", "CONTRACT_SECRET"),
    )  # fmt: skip
    contract_app_id: str | None = setting(
        "CONTRACT_APP_ID", "Contract management system, our name there.", unit="letters, digits and hyphens",
        parse=make_pattern_reader(r"[A-Za-z0-9-]{1,40}"), example="hall", needs=("CONTRACT_BASE_URL",),
    )  # fmt: skip
    contract_secret: str | None = setting(
        "CONTRACT_SECRET", "Contract management system, key of the signatures of both sides.",
        unit="text, at least 32 characters", parse=make_pattern_reader(r".{32,}"), secret=True, example="",
        needs=("CONTRACT_BASE_URL",),
    )  # fmt: skip
    master_base_url: str | None = setting(
        "MASTER_BASE_URL", "Customer system that stays the master of accounts (docs/customer-master.md).",
        unit="http(s) URL without query", parse=read_web_url, example="https://customers.example",
        needs=("MASTER_APP_ID", "MASTER_SECRET"),
    )  # fmt: skip
    master_app_id: str | None = setting(
        "MASTER_APP_ID", "Customer system, our name there.", unit="letters, digits and hyphens",
        parse=make_pattern_reader(r"[A-Za-z0-9-]{1,40}"), example="hall", needs=("MASTER_BASE_URL",),
    )  # fmt: skip
    master_secret: str | None = setting(
        "MASTER_SECRET", "Customer system, key of the signatures of both sides.",
        unit="text, at least 32 characters", parse=make_pattern_reader(r".{32,}"), secret=True, example="",
        needs=("MASTER_BASE_URL",),
    )  # fmt: skip
    master_sides: tuple[tuple[str, str], ...] = setting(
        "MASTER_SIDES", "Who wins where both sides changed the same: master, hall or ask, by unit.",
        unit="unit:side,unit:side with distinct units", parse=read_sides, default=(),
        example="phone:hall,note:ask", needs=("MASTER_BASE_URL",),
    )  # fmt: skip
    contract_silent_hours: int = setting(
        "CONTRACT_SILENT_HOURS", "After how long a contract without an answer is asked for.",
        unit="whole number from 1 to 720 (hours)", parse=make_number_reader(1, 720), default=4, example="4",
    )  # fmt: skip
    import_most_megabytes: int = setting(
        "IMPORT_MOST_MEGABYTES", "Largest file of customers that is brought in.", default=512, example="512",
        unit="whole number from 1 to 2048 (MB)", parse=make_number_reader(1, 2048),
    )  # fmt: skip
    files_dir: str = setting(
        "FILES_DIR", "Folder of uploaded files, unless S3_BUCKET is set.", unit="path of a folder",
        default="var/files", example="var/files",
    )  # fmt: skip
    s3_bucket: str | None = setting(
        "S3_BUCKET", "Bucket of uploaded files on S3-compatible storage.", unit="3 to 63 characters",
        parse=make_pattern_reader(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"), example="hall-files",
        needs=("S3_ACCESS_KEY", "S3_SECRET_KEY"),
    )  # fmt: skip
    s3_endpoint_url: str | None = setting(
        "S3_ENDPOINT_URL", "S3-compatible storage; unset means AWS.", unit="http(s) URL without query",
        parse=read_web_url, example="https://cos.ap-beijing.myqcloud.com", needs=("S3_BUCKET",),
    )  # fmt: skip
    s3_region: str = setting(
        "S3_REGION", "Region of the S3-compatible storage.", unit="letters, digits and hyphens",
        parse=make_pattern_reader(r"[a-z0-9-]{1,40}"), default="us-east-1", example="us-east-1",
    )  # fmt: skip
    s3_access_key: str | None = setting(
        "S3_ACCESS_KEY", "S3-compatible storage, access id.", unit="text", secret=True, example="",
        needs=("S3_BUCKET",),
    )  # fmt: skip
    s3_secret_key: str | None = setting(
        "S3_SECRET_KEY", "S3-compatible storage, access key.", unit="text", secret=True, example="",
        needs=("S3_BUCKET",),
    )  # fmt: skip


def _declarations() -> Iterator[tuple[str, Declaration]]:
    for one in fields(Settings):
        yield one.name, one.metadata["declaration"]


# The fields of the last base come first, in the order of .env.example.
@dataclass(frozen=True, kw_only=True)
class Settings(IdentitySettings, _HallSettings):
    """All deployment settings, checked. A platform that is not set up has None in its settings."""


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check all settings from ``environ``; an empty value counts as missing.

    Raises ConfigurationError that names every missing or malformed variable; it never repeats a value.
    """
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    given = {one.env: environ.get(one.env, "").strip() for _, one in _declarations()}
    for name, one in _declarations():
        try:
            values[name] = _read(one, given[one.env])
        except ValueError as error:
            values[name], faults[one.env] = one.default, str(error)
    units = {one.env: one.unit for _, one in _declarations()}
    for _, one in _declarations():
        for other in one.needs if given[one.env] else ():
            if not given[other]:
                faults.setdefault(other, f"is needed because {one.env} is set; expected {units[other]}")
    if values["demo_mode"] and "HOST" not in faults and not is_loopback(values["host"]):
        # Demonstration accounts have known passwords, so no other machine may reach them.
        faults["DEMO_MODE"] = "expected false, because HOST is not a loopback address"
        faults["HOST"] = "expected 127.0.0.1, ::1 or localhost while DEMO_MODE is true"
    if faults:
        order = [one.env for _, one in _declarations() if one.env in faults]
        raise ConfigurationError(tuple(SettingProblem(env, faults[env]) for env in order))
    return Settings(**values)


def load_setting(environ: Mapping[str, str], env: str) -> Any:  # noqa: ANN401 - of the declaration's own type
    """Read and check the one setting called ``env``, for who starts before the others can be known.

    Raises ConfigurationError.
    """
    declaration = next(one for _, one in _declarations() if one.env == env)
    try:
        return _read(declaration, environ.get(env, "").strip())
    except ValueError as error:
        raise ConfigurationError((SettingProblem(env, str(error)),)) from error


def _read(one: Declaration, given: str) -> Any:  # noqa: ANN401 - of the declaration's own type
    """Return the value of what was given; raises ValueError with what should stand there."""
    if not given:
        if one.required:
            raise ValueError(f"is missing; expected {one.unit}")
        return one.default
    try:
        return one.parse(given)
    except ValueError:
        raise ValueError(f"is malformed; expected {one.unit}") from None


def render_env_example() -> str:
    """Return the text of ``.env.example``; keys stay empty, so that a copy never runs on known keys."""
    parts = ["# Made by `python -m backend.core.config > .env.example`; change the declaration instead.\n"]
    for _, one in _declarations():
        kind = "Required" if one.required else "Optional"
        default = "" if one.default in (None, ()) else f" Default: {one.example}."
        mark = "" if one.required else "# "
        parts.append(f"# {one.about}\n# {kind}; {one.unit}.{default}\n{mark}{one.env}={one.example}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(render_env_example(), end="")
