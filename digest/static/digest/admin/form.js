// Helpers shared by the scripts of the editor: its form, the form's content as a text that can be
// compared, its blocks, messages for screen readers, and buttons. Also puts the cursor into the first
// field of a new issue, and moves a new block into view.
(() => {
  // Set by Wagtail, not by the editor. Comments are saved with the form, but keep their own state.
  const IGNORED = new Set([
    "csrfmiddlewaretoken",
    "loaded_revision_created_at",
    "loaded_revision_id",
    "next",
    "overwrite_revision_id",
  ]);
  const isContent = ([name, value]) =>
    typeof value === "string" && !IGNORED.has(name) && !name.startsWith("comments-");

  const editForm = () => document.querySelector("form[data-edit-form]");
  const textOf = (entries) => new URLSearchParams([...entries].filter(isContent)).toString();

  const status = document.createElement("div");
  status.setAttribute("role", "status");
  status.className = "w-sr-only";
  document.addEventListener("DOMContentLoaded", () => editForm()?.append(status));

  // The tab with the field is still hidden when the browser reads the attribute.
  window.addEventListener("load", () => {
    const isFree = document.activeElement === document.body;
    if (isFree) editForm()?.querySelector("[autofocus]")?.focus({ preventScroll: true });
  });

  const announce = (text) => { status.textContent = text; };

  const button = (text, className, listener) => {
    const element = document.createElement("button");
    Object.assign(element, { type: "button", className, textContent: text });
    element.addEventListener("click", listener);
    return element;
  };

  // Wagtail refers to the top-level block of each field from its element.
  const topBlocks = () =>
    [...document.querySelectorAll("[id$='-root']")].map(({ rootBlock }) => rootBlock).filter(Boolean);

  // Blocks with fields have child blocks by name; streams and lists have children with a block each.
  const innerBlocks = (block) => [
    ...Object.values(block.childBlocks ?? {}),
    ...(block.children ?? []).map((child) => child.block),
  ];

  const findChild = (blocks, element) => {
    for (const block of blocks) {
      const own = block.children?.find((child) => child.element === element);
      const found = own ?? findChild(innerBlocks(block), element);
      if (found) return found;
    }
    return null;
  };

  // Returns Wagtail's object of a block in a stream or list from its element.
  const blockOf = (element) => findChild(topBlocks(), element);

  // Wagtail focuses the first field of a new block before the block has slid open.
  document.addEventListener("focusin", ({ target: field }) => {
    const block = field.closest("[data-streamfield-child]");
    const $block = window.jQuery(block);
    if (!$block.is(":animated")) return;
    $block.promise().done(() => {
      [block, field].forEach((element) => element.scrollIntoView({ block: "nearest", behavior: "instant" }));
    });
  });

  window.digestDesk = { ...window.digestDesk, announce, blockOf, button, editForm, textOf };
})();
