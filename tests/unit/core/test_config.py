"""Settings: every fault is named at once, no value is repeated, and the example file follows the code."""

import base64
from pathlib import Path

import pytest

from backend.core.config import load_setting, load_settings, render_env_example
from backend.core.setting_declarations import ConfigurationError

KEY_1 = base64.b64encode(b"a" * 32).decode()
KEY_2 = base64.b64encode(b"b" * 32).decode()
GOOD = {
    "DATABASE_URL": "postgresql+psycopg://hall@127.0.0.1/hall",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SECRET_KEY": "s" * 32,
    "ENCRYPTION_KEYS": f"1:{KEY_1},2:{KEY_2}",
    "BLIND_INDEX_KEY": KEY_2,
}


def faults(**changes: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        load_settings({**GOOD, **changes})
    return {one.name: one.expected for one in caught.value.problems}


def test_defaults() -> None:
    settings = load_settings(GOOD)
    assert (settings.host, settings.port, settings.hotline_number) == ("127.0.0.1", 8000, "96602")
    assert settings.demo_mode is False
    assert settings.wechat_mini_app_id is None
    assert settings.encryption_keys == ((1, b"a" * 32), (2, b"b" * 32))


def test_all_missing_variables_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings({"PORT": "high"})
    assert [one.name for one in caught.value.problems] == [*GOOD, "PORT"]
    assert all(name in str(caught.value) for name in (*GOOD, "PORT"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "postgresql:///"),
        ("REDIS_URL", "http://x"),
        ("SECRET_KEY", "s" * 31),
        ("SECRET_KEY", "  "),
        ("ENCRYPTION_KEYS", KEY_1),
        ("ENCRYPTION_KEYS", f"1:{KEY_1},1:{KEY_2}"),
        ("ENCRYPTION_KEYS", f"0:{KEY_1}"),
        ("ENCRYPTION_KEYS", "1:c2hvcnQ="),
        ("BLIND_INDEX_KEY", "no base64 at all!"),
        ("DEMO_MODE", "maybe"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("POOL_SIZE", "1.5"),
        ("WEB_PROCESSES", "0"),
        ("HALL_API_ORIGIN", "https://hall.example/api"),
        ("LOG_LEVEL", "LOUD"),
        ("HOTLINE_NUMBER", "call us"),
        ("WECHAT_API_BASE_URL", "api.weixin.qq.com"),
        ("MAP_BASE_URL", "http://[broken"),
    ],
)
def test_malformed_value_is_refused_and_not_repeated(name: str, value: str) -> None:
    found = faults(**{name: value})
    assert list(found) == [name]
    assert len(value) < 4 or value not in found[name]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_demo_mode_on_loopback(host: str) -> None:
    assert load_settings({**GOOD, "DEMO_MODE": "true", "HOST": host}).demo_mode


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "hall.example.com"])
def test_demo_mode_beyond_loopback_is_refused(host: str) -> None:
    assert set(faults(DEMO_MODE="true", HOST=host)) == {"DEMO_MODE", "HOST"}
    assert load_settings({**GOOD, "HOST": host}).host == host


def test_one_setting_is_read_and_checked_without_the_others() -> None:
    assert load_setting({}, "WEB_PROCESSES") == 2
    assert (
        load_setting({"HALL_API_ORIGIN": "https://hall.example/"}, "HALL_API_ORIGIN")
        == "https://hall.example"
    )
    with pytest.raises(ConfigurationError, match="PORT: is malformed; expected whole number"):
        load_setting({"PORT": "high"}, "PORT")
    with pytest.raises(ConfigurationError, match="SECRET_KEY: is missing"):
        load_setting({}, "SECRET_KEY")


def test_half_a_platform_is_refused() -> None:
    found = faults(WECHAT_MINI_APP_ID="wx0123456789abcdef")
    assert set(found) == {"WECHAT_MINI_APP_SECRET", "WECHAT_API_BASE_URL"}


def test_secrets_stay_out_of_repr() -> None:
    shown = repr(load_settings({**GOOD, "MAP_KEY": "map-secret", "MAP_BASE_URL": "https://m.example"}))
    assert "s" * 32 not in shown
    assert "aaaa" not in shown
    assert "map-secret" not in shown


def test_example_file_matches_the_declaration() -> None:
    path = Path(__file__).parents[3] / ".env.example"
    assert path.read_text(encoding="utf-8") == render_env_example()


def test_example_as_it_stands_lacks_only_the_secrets() -> None:
    lines = (line.removeprefix("# ") for line in render_env_example().splitlines())
    pairs = (line.split("=", 1) for line in lines if line.partition("=")[0].isupper())
    values = {name: value for name, value in pairs if value}
    with pytest.raises(ConfigurationError) as caught:
        load_settings(values)
    assert {one.name for one in caught.value.problems} == {
        *("SECRET_KEY", "ENCRYPTION_KEYS", "BLIND_INDEX_KEY", "WECHAT_MINI_APP_SECRET", "CONTRACT_SECRET"),
        *("WECHAT_OFFICIAL_APP_SECRET", "SMS_SECRET_ID", "S3_ACCESS_KEY", "S3_SECRET_KEY", "WECOM_SECRET"),
        *("FACEID_SECRET_ID", "FACEID_SECRET_KEY", "MASTER_SECRET"),
        *("FACEID_SECRET_ID", "FACEID_SECRET_KEY", "NAMECHECK_SECRET_ID", "NAMECHECK_SECRET_KEY"),
        *("OCR_SECRET_ID", "OCR_SECRET_KEY"),
    }
