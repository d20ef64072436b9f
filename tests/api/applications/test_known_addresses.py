"""Whoever has applied before need not write the address again."""

from __future__ import annotations

from tests.api.applications.conftest import Customer, make_address, make_repair


def test_the_last_addresses_are_one_s_own_and_different(customer: Customer, stranger: Customer) -> None:
    assert customer.get("/addresses") == {"items": []}
    homes = [make_address(door=f"{number}室") for number in (901, 902, 903, 904)]
    for home in (*homes, homes[-1]):
        customer.apply(make_repair(address=home), allow_duplicate=True)
    doors = [one["door"] for one in customer.get("/addresses")["items"]]
    assert doors == ["904室", "903室", "902室"]
    assert stranger.get("/addresses") == {"items": []}
