// Opens a form field by its content path, as in Wagtail's commenting:
// digestDesk.openField("body.<block id>.why_it_matters"), or #digest-field=<path> in the URL.
// digestDesk.addBlock("body.<block id>", "bottom_line") adds a block after another one.
(() => {
  const HASH = "#digest-field=";
  const TIMEOUT = 10000; // ms: scripts need time to build the blocks of a long body
  const MAX_ATTEMPTS = 20;
  const SLIDE_DELAY = 50; // ms
  const FOCUSABLE =
    'input:not([type="hidden"]), textarea, select, [contenteditable="true"], button, a[href]';

  // Returns the element of the path, or of its longest prefix in the form, and the prefix's depth.
  const find = (path) => {
    let element = document.querySelector("form[data-edit-form]");
    const parts = path.split(".");
    let depth = 0;
    for (; element && depth < parts.length; depth += 1) {
      const above = element;
      const inside = [...above.querySelectorAll(`[data-contentpath="${CSS.escape(parts[depth])}"]`)];
      const isNext = (child) => {
        const parent = child.parentElement.closest("[data-contentpath]");
        return depth ? parent === above : !parent;
      };
      const next = inside.find(isNext);
      if (!next) break;
      element = next;
    }
    return { element: depth ? element : null, depth, isWhole: depth === parts.length };
  };

  // Opens the hidden ancestors of an element, outermost first: the tab, then collapsed panels.
  const reveal = (element) => {
    const hidden = [];
    for (let node = element; node; node = node.parentElement) {
      if (node.hasAttribute("hidden")) hidden.unshift(node);
    }
    hidden.forEach((node) => {
      const isTab = node.getAttribute("role") === "tabpanel";
      const by = isTab ? `[role="tab"][href="#${node.id}"]` : `[aria-controls="${node.id}"]`;
      if (node.id) document.querySelector(by)?.click();
    });
  };

  // Blocks and lists have controls before their fields; an empty list has only an add button, or
  // a field for links.
  const target = (element) => {
    const isOwn = (node) => node.closest("[data-contentpath]") === element;
    const isShown = (node) => node.getClientRects().length > 0;
    const own = (selector) => [...element.querySelectorAll(selector)].filter(isOwn).filter(isShown);
    const adder = own("[data-digest-paste-links]")[0] ?? own(".c-sf-add-button").at(-1);
    if (adder) return adder;
    const fields = element.matches("[data-contentpath]") ? element : element.parentElement;
    const shown = [...fields.querySelectorAll(FOCUSABLE)].filter(isShown);
    return shown.find((node) => !node.matches("button, a")) ?? shown[0];
  };

  // On narrow screens an open side panel covers the form, except the checklist, which is a sheet
  // below it.
  const uncover = (element) => {
    const side = document.querySelector("[data-form-side]");
    if (!side?.classList.contains("form-side--open")) return;
    const panel = side.getBoundingClientRect();
    const field = element.getBoundingClientRect();
    const isSheet = panel.top > window.innerHeight / 3;
    if (!isSheet && panel.left < field.right && field.left < panel.right) {
      side.querySelector("[data-form-side-close-button]")?.click();
    }
  };

  // Puts the cursor into a link, behind its first letter: of a text that is typed over the whole
  // link, or behind it, the editor would link the first letter at most.
  const enterLink = (element, text) => {
    const links = [...element.querySelectorAll('[contenteditable="true"] a')];
    const link = links.find(({ textContent }) => textContent.trim().replace(/\s+/g, " ") === text);
    const start = link && document.createNodeIterator(link, NodeFilter.SHOW_TEXT).nextNode();
    if (start) window.getSelection().collapse(start, 1);
  };

  // Browsers show no focus ring on a button that a script focuses after a click.
  const mark = (control) => {
    if (control.matches(":focus-visible")) return;
    control.toggleAttribute("data-digest-focus", true);
    const unmark = () => control.removeAttribute("data-digest-focus");
    control.addEventListener("blur", unmark, { once: true });
  };

  // A tab that was just activated is not displayed immediately.
  const focusWhenShown = (element, link, attempts) => {
    const control = target(element);
    if (!control && attempts) {
      setTimeout(() => focusWhenShown(element, link, attempts - 1), 50);
      return;
    }
    uncover(element);
    (control ?? element).scrollIntoView({ block: "center" });
    if (!control) return;
    control.focus({ preventScroll: true });
    mark(control);
    if (link) enterLink(element, link);
  };

  const openField = (path, link = "") => {
    const { element } = find(path);
    if (!element) return false;
    reveal(element);
    focusWhenShown(element, link, MAX_ATTEMPTS);
    return true;
  };

  // Wagtail refers to the top-level block of a field from its element.
  const addBlock = (after, type) => {
    const { element, isWhole } = find(after);
    if (!isWhole) return;
    reveal(element);
    const { children } = element.closest('[id$="-root"]').rootBlock;
    const pathOf = ({ id }) => `${after.split(".")[0]}.${id}`;
    const present = children.find((child) => child.type === type); // added since the last check
    if (present) {
      openField(pathOf(present));
      return;
    }
    const place = children.findIndex((child) => child.element === element);
    children[place].addSibling({ type });
    const added = children[place + 1];
    const open = () => openField(pathOf(added));
    // Wagtail slides the block open, and until then the end of the page is too high to scroll to.
    setTimeout(() => window.jQuery(added.element).promise().done(open), SLIDE_DELAY);
  };

  const openFromHash = () => {
    if (!window.location.hash.startsWith(HASH)) return;
    const path = window.location.hash.slice(HASH.length); // never percent-encoded: [\w.-] only
    const started = performance.now();
    const attempt = () => {
      if (find(path).isWhole || performance.now() - started > TIMEOUT) openField(path);
      else setTimeout(attempt, 100);
    };
    attempt();
  };

  window.digestDesk = { ...window.digestDesk, addBlock, openField };
  window.addEventListener("hashchange", openFromHash);
  if (document.readyState === "complete") openFromHash();
  else window.addEventListener("load", openFromHash);
})();
