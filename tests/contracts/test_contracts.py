"""The contract adapter against the simulated contract management system, over loopback."""

from __future__ import annotations

import json
import time

import pytest

from backend.contracts.adapter import SignedContracts
from backend.contracts.port import CallbackRefused, Draft, Verdict
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.core.signing import sign
from tests.contracts.conftest import Simulators

SECRET = "s" * 40
PATH = "/callbacks/contracts/verdicts"


@pytest.fixture
def contracts(simulators: Simulators) -> SignedContracts:
    return make(simulators)


def make(simulators: Simulators, secret: str | None = None) -> SignedContracts:
    keys = simulators.get("credentials")
    return SignedContracts(
        base_url=simulators.base_url,
        app_id=keys["contract_app_id"],
        secret=secret or keys["contract_secret"],
        answer_seconds=2,
    )


def draft(reference: str = "r-1") -> Draft:
    return Draft(reference, "261126361000011", "非居民客户安装合同", "361", "http://hall/console/#/cases/1")


def test_a_contract_is_submitted_and_asked_for(contracts: SignedContracts, simulators: Simulators) -> None:
    for _ in range(2):
        contracts.submit(draft())
    (kept,) = simulators.get("contracts")["items"]
    assert kept["draft"]["title"] == "非居民客户安装合同"
    assert contracts.ask("r-1") == Verdict("r-1", "submitted")
    simulators.post("contracts/r-1", state="refused", reason="金额不对", tells=False)
    assert contracts.ask("r-1") == Verdict("r-1", "refused", "金额不对")
    assert contracts.ask("never-sent") is None


def test_a_wrong_key_is_refused_and_its_answers_are_not_believed(simulators: Simulators) -> None:
    # The simulator's answer is signed with the right key, so that ours cannot prove it.
    with pytest.raises(PlatformUnavailable) as caught:
        make(simulators, SECRET).submit(draft())
    assert caught.value.platform_code == "answer_unsigned"
    assert simulators.get("contracts")["items"] == []


@pytest.mark.parametrize(
    ("code", "error"),
    [("1001", PlatformRefused), ("1004", PlatformRefused), ("1201", PlatformRefused),
     ("1429", PlatformUnavailable), ("1500", PlatformUnavailable), ("9999", PlatformUnavailable)],
)  # fmt: skip
def test_what_the_system_refuses(
    contracts: SignedContracts, simulators: Simulators, code: str, error: type[Exception]
) -> None:
    simulators.order("contracts", "submit", "refuse", code=code)
    with pytest.raises(error):
        contracts.submit(draft())


@pytest.mark.parametrize(
    ("kind", "more"),
    [("hang_before", {"ms": 4000}), ("hang_after", {"ms": 4000}), ("http_status", {"code": "502"})],
)
def test_an_outage_loses_and_doubles_nothing(
    contracts: SignedContracts, simulators: Simulators, kind: str, more: dict[str, object]
) -> None:
    simulators.order("contracts", "submit", kind, **more)
    with pytest.raises(PlatformUnavailable):
        contracts.submit(draft())
    contracts.submit(draft())
    assert len(simulators.get("contracts")["items"]) == 1


def test_callbacks_are_believed_only_with_a_good_signature() -> None:
    contracts = SignedContracts(base_url="http://127.0.0.1:1", app_id="hall", secret=SECRET, answer_seconds=1)
    body = json.dumps({"reference": "r-1", "state": "approved"}).encode()
    stamp, nonce = str(int(time.time())), "n" * 20
    good = {
        "X-App-Id": "hall", "X-Timestamp": stamp, "X-Nonce": nonce,
        "X-Signature": sign(SECRET, "POST", PATH, stamp, nonce, body),
    }  # fmt: skip
    assert contracts.read_callback(PATH, good, body) == (nonce, Verdict("r-1", "approved"))
    old = str(int(time.time()) - 600)
    nonsense = b'{"reference": ["x"], "state": "approved"}'
    wrong: list[tuple[dict[str, str], bytes]] = [
        ({}, body),
        ({**good, "X-Signature": "0" * 64}, body),
        ({**good, "X-App-Id": "other"}, body),
        ({**good, "X-Nonce": "short"}, body),
        (good, body.replace(b"approved", b"refused!")),
        ({**good, "X-Timestamp": old, "X-Signature": sign(SECRET, "POST", PATH, old, nonce, body)}, body),
        ({**good, "X-Signature": sign(SECRET, "POST", PATH, stamp, nonce, nonsense)}, nonsense),
        ({**good, "X-Signature": sign(SECRET, "POST", PATH, stamp, nonce, b"[")}, b"["),
    ]
    for headers, sent in wrong:
        with pytest.raises(CallbackRefused):
            contracts.read_callback(PATH, headers, sent)
