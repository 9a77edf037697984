"""axe on a page in light, dark and forced colours, also on a phone and from right to left."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe

# All rules but those of level AAA and experimental ones.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# Media features, size, and direction of writing (None: that of the page).
MODES = {
    "light": ({"color_scheme": "light", "forced_colors": "none"}, DESKTOP, None),
    "dark, right to left, phone": ({"color_scheme": "dark", "forced_colors": "none"}, PHONE, "rtl"),
    "forced colours": ({"color_scheme": "dark", "forced_colors": "active"}, DESKTOP, None),
}
# Colours in the middle of a transition are not those of the page. An element with this style would
# break the policy of the page.
STOP_TRANSITIONS = """() => {
  const sheet = new CSSStyleSheet();
  const rules = "transition: none !important; scroll-behavior: auto !important;";
  sheet.replaceSync(`*, ::before, ::after { ${rules} }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
MATCHES = "([target, selector]) => document.querySelector(target).matches(selector)"


def in_modes(page: Any) -> Iterator[str]:
    """Show a page in each mode without loading it again, and yield the names of the modes."""
    direction = page.evaluate("document.documentElement.dir")
    page.evaluate(STOP_TRANSITIONS)
    for name, (media, size, own) in MODES.items():
        page.emulate_media(**media)
        page.set_viewport_size(size)
        page.evaluate("dir => { document.documentElement.dir = dir }", own or direction)
        page.evaluate(NEXT_FRAME)
        yield name


@dataclass
class Checker:
    """Collect what axe finds, except by the rule and selector of what others are known to break.

    ``known`` has to occur: what was repaired upstream is to be removed from it. ``at_times`` may
    occur: it depends on the time that a page takes.
    """

    page: Any
    known: list[tuple[str, str]]
    at_times: list[tuple[str, str]] = field(default_factory=list)
    met: set[tuple[str, str]] = field(default_factory=set)

    def violations(self, part: str | None) -> list[str]:
        """Return the rule, the selector and the HTML of each element that breaks a rule."""
        found = Axe().run(self.page, part, OPTIONS).response["violations"]
        nodes = [(each["id"], node) for each in found for node in each["nodes"]]
        return [
            f"{rule}: {node['target']} {node['html'][:300]}"
            for rule, node in nodes
            if not self.is_known(rule, str(node["target"][-1]))
        ]

    def is_known(self, rule: str, target: str) -> bool:
        for known in [*self.known, *self.at_times]:
            if known[0] == rule and self.page.evaluate(MATCHES, [target, known[1]]):
                self.met.add(known)
                return True
        return False

    def outdated(self) -> list[tuple[str, str]]:
        """Return what is known but has not occurred."""
        return [each for each in self.known if each not in self.met]
