// “Stories only”: shows each block of the body as one line, to put many in order on one screen. In any
// view, a block that is moved by its arrows keeps the focus, and its new place is announced.
(() => {
  const texts = { ...document.currentScript.dataset };
  const ARROW = '[data-streamfield-action^="MOVE_"]';
  const { announce, blockOf, button } = window.digestDesk;
  const isExpanded = ({ toggleElement }) => toggleElement.getAttribute("aria-expanded") === "true";

  const describe = ({ index, sequence }) =>
    texts.moved.replace("{place}", index + 1).replace("{count}", sequence.children.length);

  // Wagtail takes the element out of the page to move it, and disables the arrow at either end.
  const onMove = ({ target }) => {
    const arrow = target.closest?.(ARROW);
    const block = arrow && blockOf(arrow.closest("[data-streamfield-child]"));
    const before = block?.index;
    setTimeout(() => {
      if (!block || block.index === before) return;
      const arrows = [arrow, ...arrow.parentElement.querySelectorAll(ARROW)];
      arrows.find(({ disabled }) => !disabled)?.focus();
      announce(describe(block));
    });
  };

  class StoriesOnly {
    constructor(root) {
      this.button = button(texts.storiesOnly, "button button-small button-secondary", () => this.toggle());
      this.button.setAttribute("aria-pressed", "false");
      this.bar = document.createElement("div");
      this.bar.className = "digest-stories-bar";
      this.bar.append(this.button);
      root.before(this.bar);
    }

    toggle() {
      const root = this.bar.nextElementSibling; // Wagtail has replaced the initial one.
      const isOn = root.classList.toggle("digest-stories-only");
      this.button.setAttribute("aria-pressed", String(isOn));
      if (isOn) this.collapse(root.rootBlock.children);
      else this.expand(root.rootBlock.children);
      this.bar.scrollIntoView({ block: isOn ? "start" : "nearest", behavior: "instant" });
    }

    collapse(blocks) {
      this.expanded = blocks.filter(isExpanded);
      this.expanded.forEach((block) => block.collapse());
    }

    expand(blocks) {
      const collapsed = blocks.filter((block) => this.expanded.includes(block) && !isExpanded(block));
      collapsed.forEach(({ toggleElement }) => toggleElement.click());
    }
  }

  document.addEventListener("click", onMove, { capture: true });
  document.addEventListener("DOMContentLoaded", () => {
    const root = document.getElementById("body-root");
    if (root) new StoriesOnly(root);
  });
})();
