// Opens a field of the editor's form by its content path, as Wagtail's comments name fields:
// digestDesk.openField("body.<block id>.why_it_matters"), or #digest-field=<path> in the address.
(() => {
  const HASH = "#digest-field=";
  const PATIENCE = 10000; // ms: the blocks of a long body are built by scripts
  const TRIES = 20;
  const FOCUSABLE =
    'input:not([type="hidden"]), textarea, select, [contenteditable="true"], button, a[href]';

  // The element of a path, or of the beginning of it that there is; and how much of it that is.
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

  // Shows what hides an element, from the outside in: a tab, then panels that are folded.
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

  // A block or a list has controls of its own before the fields in it; an empty one has only these.
  const target = (element) => {
    const isOwn = (node) => node.closest("[data-contentpath]") === element;
    const isShown = (node) => node.getClientRects().length > 0;
    const adders = [...element.querySelectorAll(".c-sf-add-button")].filter(isOwn).filter(isShown);
    if (adders.length) return adders.at(-1);
    const fields = element.matches("[data-contentpath]") ? element : element.parentElement;
    const shown = [...fields.querySelectorAll(FOCUSABLE)].filter(isShown);
    return shown.find((node) => !node.matches("button, a")) ?? shown[0];
  };

  // Where the window is narrow the panels beside the form are above it.
  const uncover = (element) => {
    const side = document.querySelector("[data-form-side]");
    if (!side?.classList.contains("form-side--open")) return;
    const panel = side.getBoundingClientRect();
    const field = element.getBoundingClientRect();
    if (panel.left < field.right && field.left < panel.right) {
      side.querySelector("[data-form-side-close-button]")?.click();
    }
  };

  // Another tab of the form takes a moment to appear.
  const focusWhenShown = (element, tries) => {
    const control = target(element);
    if (!control && tries) {
      setTimeout(() => focusWhenShown(element, tries - 1), 50);
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
    focusWhenShown(element, TRIES);
    return true;
  };

  const openNamed = () => {
    if (!window.location.hash.startsWith(HASH)) return;
    const path = window.location.hash.slice(HASH.length); // letters, digits, dots: nothing to decode
    const started = performance.now();
    const attempt = () => {
      if (find(path).isWhole || performance.now() - started > PATIENCE) openField(path);
      else setTimeout(attempt, 100);
    };
    attempt();
  };

  window.digestDesk = { ...window.digestDesk, openField };
  window.addEventListener("hashchange", openNamed);
  if (document.readyState === "complete") openNamed();
  else window.addEventListener("load", openNamed);
})();
