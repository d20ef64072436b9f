"""The contracts that the simulated contract management system has on its desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

ContractState = Literal["submitted", "approved", "refused"]
STATES: tuple[ContractState, ...] = get_args(ContractState)
CONTRACTS_KEPT = 500
NONCES_KEPT = 5000


@dataclass
class Contract:
    """One contract; ``draft`` is the submission as it came."""

    reference: str
    contract_id: str
    draft: dict[str, Any]
    state: ContractState = "submitted"
    reason: str = ""

    def show(self) -> dict[str, Any]:
        """Return the contract as the system tells it."""
        told = {"reference": self.reference, "contract_id": self.contract_id, "state": self.state}
        return {**told, "reason": self.reason}


@dataclass
class ContractBook:
    """All contracts by reference, and the nonces seen. Not safe for threads: the caller holds the lock."""

    contracts: dict[str, Contract] = field(default_factory=dict)
    nonces: dict[str, None] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget the contracts; nonces stay used."""
        self.contracts.clear()

    def use(self, nonce: str) -> bool:
        """Use a nonce up; False where it was used before."""
        if nonce in self.nonces:
            return False
        self.nonces[nonce] = None
        while len(self.nonces) > NONCES_KEPT:
            del self.nonces[next(iter(self.nonces))]
        return True

    def put(self, draft: dict[str, Any]) -> Contract:
        """Take a contract in; the same reference again is the same contract."""
        reference = str(draft["reference"])
        if reference not in self.contracts:
            self.contracts[reference] = Contract(reference, f"HT{len(self.contracts) + 1:06d}", draft)
        while len(self.contracts) > CONTRACTS_KEPT:
            del self.contracts[next(iter(self.contracts))]
        return self.contracts[reference]
