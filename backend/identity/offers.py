"""Which face check serves whom: WeChat's own within the mini-program, the provider's page everywhere else."""

from __future__ import annotations

from dataclasses import dataclass

from backend.identity.port import FaceChecks


@dataclass(frozen=True, slots=True)
class FaceOffers:
    """``page`` leads to the provider's page, ``native`` to the mini-program's camera; None is not set up."""

    page: FaceChecks | None = None
    native: FaceChecks | None = None

    def __bool__(self) -> bool:
        """Tell whether customers can be checked at all."""
        return self.page is not None or self.native is not None

    def choose(self, is_native: bool) -> FaceChecks | None:
        """Return what checks somebody; ``is_native``: WeChat knows them, and the phone can do it."""
        return self.native if is_native and self.native is not None else self.page

    def find(self, key: str) -> FaceChecks | None:
        """Return the provider that a check was begun with; None where it is set up no more."""
        return next((one for one in (self.page, self.native) if one is not None and one.key == key), None)
