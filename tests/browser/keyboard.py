"""The console by keyboard alone: no pointer, and the focus in sight wherever it is."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

# Where the focus lies: its name in short, and whether an outline or a shadow, its own or of the box that it
# lies in, shows it.
_FOCUSED = """
() => {
  const one = document.activeElement
  if (!one || one === document.body) return null
  const isMarked = (element) => {
    const look = getComputedStyle(element)
    return (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== 'none'
  }
  const holder = one.matches('input[type=file]') ? one.parentElement : one
  const box = holder.getBoundingClientRect()
  return {
    label: one.getAttribute('aria-label') || one.textContent.trim().slice(0, 40) || one.id,
    isShown: one.matches(':focus-visible') && (isMarked(one) || isMarked(one.parentElement)),
    isOnScreen: box.width > 0 && box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth,
  }
}
"""
MOST_STEPS = 80


@dataclass
class Keyboard:
    """Presses keys in ``page`` and watches where the focus goes."""

    page: Page

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type text into what has the focus."""
        self.page.keyboard.type(text)

    def go_to(self, target: Locator, key: str = "Tab") -> None:
        """Press ``key`` until ``target`` has the focus; at every step the focus must be seen."""
        for _ in range(MOST_STEPS):
            self.press(key)
            self.check_visible()
            if self.is_at(target):
                return
        raise AssertionError(f"{MOST_STEPS} times {key} did not reach {target}")

    def is_at(self, target: Locator) -> bool:
        """Tell whether ``target`` has the focus."""
        return target.count() == 1 and bool(target.evaluate("(one) => one === document.activeElement"))

    def check_visible(self) -> None:
        """Raise AssertionError where the focus is nowhere, out of sight, or not marked."""
        found = self.page.evaluate(_FOCUSED)
        assert found is not None, "the focus is nowhere"
        assert found["isOnScreen"], f"the focus is out of sight: {found['label']}"
        assert found["isShown"], f"nothing shows the focus: {found['label']}"

    def expect_at(self, target: Locator) -> None:
        """Wait until ``target`` has the focus, and look whether it shows."""
        expect(target).to_be_focused()
        self.check_visible()
