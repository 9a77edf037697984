// Keys of the form: Ctrl+Enter or Cmd+Enter chooses the button beside “Save draft”. While the
// calendar of a field in a dialog is open, Escape closes it, not the dialog; so does typing, since
// the calendar covers the button below. Also hides the button that schedules without a label.
(() => {
  const SECOND = "button + button"; // “Publish”; without permission to publish, “Submit to …”
  const OPEN_DIALOG = '.w-dialog:not([aria-hidden="true"]), .modal.in, dialog[open]';
  const TYPING_DELAY = 300; // ms: a rich text field waits 250 before it writes into its input
  const { editForm } = window.digestDesk;
  let pressing;

  const secondButton = () => editForm()?.querySelector(
    `.actions--primary > .w-dropdown-button > ${SECOND}, .actions--primary > ${SECOND}`,
  );

  const isInForm = (element) => element === document.body || editForm()?.contains(element);

  // The field of tags adds what was typed when it loses the focus, but only closes its list if open.
  const addTypedTag = (field) => {
    if (!field.matches(".tagit-new input")) return;
    field.blur();
    if (!field.value) return;
    field.focus();
    field.blur();
  };

  const onKey = (event) => {
    const isShortcut = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!isShortcut || event.shiftKey || event.altKey || !isInForm(event.target)) return;
    const button = secondButton();
    if (!button) return;
    if (event.target.matches("[data-digest-paste-links]") && event.target.value) return; // It adds them.
    event.preventDefault(); // The browser would save from the field of a dialog.
    if (document.querySelector(OPEN_DIALOG)) return;
    event.stopPropagation(); // A rich text field would begin a new line.
    if (event.repeat) return;
    addTypedTag(event.target);
    clearTimeout(pressing);
    pressing = setTimeout(() => button.click(), TYPING_DELAY);
  };

  const openCalendar = ({ target }) => {
    const calendar = target.closest(".w-dialog") && window.jQuery(target).data("xdsoft_datetimepicker");
    return calendar?.is(":visible") ? calendar : null;
  };

  const closeCalendar = (event) => {
    if (event.type === "keydown" && event.key !== "Escape") return;
    const calendar = openCalendar(event);
    if (!calendar) return;
    calendar.trigger("close.xdsoft");
    if (event.type === "keydown") event.stopPropagation();
  };

  const announceKey = () => {
    const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
    secondButton()?.setAttribute("aria-keyshortcuts", isApple ? "Meta+Enter" : "Control+Enter");
    secondButton()?.setAttribute("title", isApple ? "⌘ Enter" : "Ctrl+Enter");
  };

  // An autosave sets the label, which is empty once the time has passed.
  const hideWithoutLabel = () => {
    const button = editForm()?.querySelector(".digest-schedule");
    if (!button) return;
    const update = () => { button.hidden = !button.textContent.trim(); };
    new MutationObserver(update).observe(button, { childList: true, subtree: true });
  };

  document.addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("keydown", closeCalendar, { capture: true });
  document.addEventListener("input", closeCalendar, { capture: true });
  document.addEventListener("DOMContentLoaded", announceKey);
  document.addEventListener("DOMContentLoaded", hideWithoutLabel);
})();
