"""What tests of pages share: signing in, the verdict a seal came to, the measure of contrast."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.conftest import Served

WORDS = {
    "ar": {"valid": "صحيح", "invalid": "غير صحيح", "expired": "منتهي الصلاحية", "sign_out": "خروج"},
    "en": {"valid": "Valid", "invalid": "Invalid", "expired": "Expired", "sign_out": "Sign out"},
}


def sign_in(page: Page, served: Served, account: str, language: str = "ar") -> None:
    page.goto(f"/sign-in?lang={language}")
    page.fill("#username", account)
    page.fill("#password", served.world.passwords[account])
    page.click("main button")
    expect(page.get_by_role("button", name=WORDS[language]["sign_out"])).to_be_visible()


def shown(page: Page, address: str) -> str:
    """The status the page came to for the seal in `address`, when the register has answered or will not."""
    page.goto(address)
    page.wait_for_selector("#result:not([hidden]):not([data-status=asking])")
    return str(page.eval_on_selector("#result", "box => box.dataset.status"))


CONTRAST = """() => {
  const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const numbers = (css) => css.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
