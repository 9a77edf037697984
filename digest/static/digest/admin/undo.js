// After a block or an item of a list is deleted, puts “Undo” in its place, which inserts it again
// with the same content and ID. Wagtail itself has no undo for blocks, and its form keeps deleted
// blocks as hidden fields.
(() => {
  const texts = { ...document.currentScript.dataset };
  const MAX_LENGTH = 60; // of the text that names a block
  const { announce, blockOf, button } = window.digestDesk;
  let counter = 0;

  const nameOf = (child) => {
    const text = child.getTextLabel({ maxLength: MAX_LENGTH });
    return text ? `${child.blockDef.meta.label} “${text}”` : child.blockDef.meta.label;
  };

  const isFollowedBy = (element, other) =>
    element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;

  const insert = (sequence, state, index) =>
    "type" in state
      ? sequence.insert(state, index)
      : sequence.insert(state.value, index, { id: state.id });

  // The new block has the same IDs; Wagtail needs only the hidden fields of the deleted one.
  const strip = (element) => {
    element.removeAttribute("data-contentpath");
    [...element.children].forEach((node) => node.matches("input") || node.remove());
  };

  const focusOn = (child) => {
    const isCollapsed = child.toggleElement.getAttribute("aria-expanded") === "false";
    if (isCollapsed) child.toggleElement.focus();
    else child.focus({ soft: true });
  };

  const restore = ({ child, state, isCollapsed, name, notice }) => {
    const { sequence } = child;
    const index = sequence.children.filter(({ element }) => isFollowedBy(element, notice)).length;
    strip(child.element);
    notice.remove();
    const restored = insert(sequence, state, index);
    if (isCollapsed) restored.collapse();
    focusOn(restored);
    announce(texts.restored.replace("{block}", name));
  };

  const focusBeside = (notice) => {
    // Deleted blocks are hidden, but still shown for a moment.
    const isShown = (button) =>
      button.getClientRects().length && !button.closest('[aria-hidden="true"]');
    const buttons = [...notice.parentElement.querySelectorAll("button")].filter(
      (button) => !notice.contains(button) && isShown(button),
    );
    (buttons.find((button) => isFollowedBy(notice, button)) ?? buttons.at(-1))?.focus();
  };

  const isUndoKey = ({ ctrlKey, metaKey, shiftKey, key }) =>
    (ctrlKey || metaKey) && !shiftKey && key.toLowerCase() === "z";

  const showNotice = (deleted) => {
    const notice = document.createElement("div");
    const text = document.createElement("p");
    notice.className = "digest-undo";
    text.id = `digest-undo-${(counter += 1)}`;
    text.textContent = texts.deleted.replace("{block}", deleted.name);
    const undo = button(texts.undo, "button button-small", () => restore({ ...deleted, notice }));
    const dismiss = button(texts.dismiss, "button button-small button-secondary", () => {
      focusBeside(notice);
      notice.remove();
    });
    undo.setAttribute("aria-describedby", text.id); // Read with the focus.
    notice.append(text, undo, dismiss);
    notice.addEventListener("keydown", (event) => {
      if (!isUndoKey(event)) return;
      event.preventDefault(); // The browser would undo in the field that was typed into last.
      undo.click();
    });
    const { element } = deleted.child;
    element.before(notice);
    // Wagtail counts the deleted blocks before one that is dragged, and then moves another one.
    element.parentElement.append(element);
    undo.focus({ preventScroll: true });
  };

  // The state is read before Wagtail deletes the block.
  const onDelete = (event) => {
    const element = event.target
      .closest?.('[data-streamfield-action="DELETE"]')
      ?.closest("[data-streamfield-child]");
    const child = element && blockOf(element);
    if (!child) return;
    const isCollapsed = child.toggleElement.getAttribute("aria-expanded") === "false";
    const deleted = { child, isCollapsed, name: nameOf(child), state: child.getState() };
    setTimeout(() => {
      if (!child.sequence.children.includes(child)) showNotice(deleted);
    });
  };

  document.addEventListener("click", onDelete, { capture: true });
})();
