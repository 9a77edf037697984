"""A walk through a page with the Tab key."""

from dataclasses import dataclass, field
from typing import Any

# Puts the focus before the first control of a part, also on a page that puts it into a field.
START = """(part) => {
  const element = document.querySelector(part);
  const before = element.getAttribute("tabindex");
  element.tabIndex = -1;
  element.focus();
  if (before === null) element.removeAttribute("tabindex");
  else element.setAttribute("tabindex", before);
  window.digestWalk = { part: element, seen: new Set(), last: null };
}"""
# The element with the focus: its name, and whether it is in view and not covered. And the element
# before it, if it looks the same without the focus as it did with it.
LOOK = """async () => {
  await new Promise(requestAnimationFrame);  // of scrolling
  const walk = window.digestWalk;
  const PROPERTIES = ["outlineStyle", "outlineColor", "boxShadow", "borderColor",
    "backgroundColor", "textDecorationLine", "color"];
  const looksOf = (element) => [element, element.parentElement].flatMap((each) =>
    [null, "::before", "::after"].map((pseudo) => {
      const style = getComputedStyle(each, pseudo);
      return PROPERTIES.map((name) => style[name]).join();
    })).join(";");
  const textOf = (id) => document.getElementById(id)?.textContent;
  const nameOf = (element) => [
    element.getAttribute("aria-label"),
    ...(element.getAttribute("aria-labelledby")?.split(" ") ?? []).map(textOf),
    ...[...(element.labels ?? [])].map((label) => label.textContent),
    element.type === "submit" && element.value,
    element.textContent, element.title, element.alt, element.querySelector("img[alt]")?.alt,
  ].find((name) => name && name.trim())?.trim().replace(/\\s+/g, " ") ?? "";
  const isHit = (element, x, y) => {
    const hit = document.elementFromPoint(x, y);
    return hit && [element, ...(element.labels ?? [])].some((each) => each.contains(hit));
  };
  const isShown = (element) => [...element.getClientRects()].some((box) =>
    isHit(element, box.x + box.width / 2, box.y + box.height / 2)
    || isHit(element, box.left + 2, box.top + 2)
    || isHit(element, box.right - 2, box.bottom - 2));
  const htmlOf = (element) => element.outerHTML.replace(/\\s+/g, " ").slice(0, 160);
  const { last } = walk;
  const isSame = last?.element.isConnected && looksOf(last.element) === last.looks;
  const unmarked = isSame ? last.html : "";
  const element = document.activeElement;
  if (element === document.body || !walk.part.contains(element)) return { unmarked, end: true };
  const step = {
    unmarked, html: htmlOf(element), name: nameOf(element), shown: isShown(element),
    again: walk.seen.has(element),
  };
  walk.first ??= element;
  step.end = step.again && element === walk.first;
  walk.seen.add(element);
  walk.last = { element, looks: looksOf(element), html: step.html };
  return step;
}"""
# What can have the focus and has not had it; of the radio buttons of a name, one has.
MISSED = """() => {
  const focusable = "a[href], button, input, select, textarea, summary, iframe, [tabindex='0']";
  const { part, seen } = window.digestWalk;
  return [...part.querySelectorAll(focusable)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true })
      && !element.disabled && element.tabIndex >= 0 && element.type !== "radio"
      && !seen.has(element))
    .map((element) => element.outerHTML.replace(/\\s+/g, " ").slice(0, 160));
}"""


@dataclass
class Walk:
    """The names of the elements in their order, and what was wrong with them."""

    names: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def walk(page: Any, part: str = "body", limit: int = 400) -> Walk:
    """Press Tab until the focus leaves a part of the page, or is back at its first element."""
    found = Walk()
    page.evaluate(START, part)
    for _press in range(limit):
        page.keyboard.press("Tab")
        step = page.evaluate(LOOK)
        if step["unmarked"]:
            found.problems.append(f"no visible focus: {step['unmarked']}")
        if step["end"]:
            break
        if step["again"]:
            found.problems.append(f"the focus is trapped: {step['html']}")
            break
        found.names.append(step["name"])
        found.problems += [] if step["name"] else [f"no name: {step['html']}"]
        found.problems += [] if step["shown"] else [f"out of view or covered: {step['html']}"]
    else:
        found.problems.append("the walk has no end")
    found.problems += [f"out of reach: {html}" for html in page.evaluate(MISSED)]
    return found
