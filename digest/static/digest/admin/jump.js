// Opens a form field by its content path, as in Wagtail's commenting:
// digestDesk.openField("body.<block id>.why_it_matters"), or #digest-field=<path> in the URL.
(() => {
  const HASH = "#digest-field=";
  const TIMEOUT = 10000; // ms: scripts need time to build the blocks of a long body
  const MAX_ATTEMPTS = 20;
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

  // Blocks and lists have controls before their fields; an empty list has only an add button.
  const target = (element) => {
    const isOwn = (node) => node.closest("[data-contentpath]") === element;
    const isShown = (node) => node.getClientRects().length > 0;
    const adders = [...element.querySelectorAll(".c-sf-add-button")].filter(isOwn).filter(isShown);
    if (adders.length) return adders.at(-1);
    const fields = element.matches("[data-contentpath]") ? element : element.parentElement;
    const shown = [...fields.querySelectorAll(FOCUSABLE)].filter(isShown);
    return shown.find((node) => !node.matches("button, a")) ?? shown[0];
  };

  // On narrow screens an open side panel covers the form.
  const uncover = (element) => {
    const side = document.querySelector("[data-form-side]");
    if (!side?.classList.contains("form-side--open")) return;
    const panel = side.getBoundingClientRect();
    const field = element.getBoundingClientRect();
    if (panel.left < field.right && field.left < panel.right) {
      side.querySelector("[data-form-side-close-button]")?.click();
    }
  };

  // A tab that was just activated is not displayed immediately.
  const focusWhenShown = (element, attempts) => {
    const control = target(element);
    if (!control && attempts) {
      setTimeout(() => focusWhenShown(element, attempts - 1), 50);
      return;
    }
    uncover(element);
    (control ?? element).scrollIntoView({ block: "center" });
    control?.focus({ preventScroll: true });
  };

  const openField = (path) => {
    const { element } = find(path);
    if (!element) return false;
    reveal(element);
    focusWhenShown(element, MAX_ATTEMPTS);
    return true;
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

  window.digestDesk = { ...window.digestDesk, openField };
  window.addEventListener("hashchange", openFromHash);
  if (document.readyState === "complete") openFromHash();
  else window.addEventListener("load", openFromHash);
})();
