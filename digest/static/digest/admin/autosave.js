// Works around autosaves that leave out what is typed (docs/explanation/upstream.md): Wagtail takes
// the form at the end of an autosave as saved, although it sent an earlier one. This script
// compares the form with what was sent, and has Wagtail save again if they differ. It also delays
// the submission of the form until an autosave under way has ended.
(() => {
  const POLL_INTERVAL = 500; // ms, as Wagtail's
  const SETTLING_TIME = 500; // ms after loading, in which widgets still change the form
  const STALE_AFTER = 2000; // ms in which Wagtail saves a change that it has detected
  const MAX_ATTEMPTS = 3; // for each input, so that a widget that never rests is not saved forever
  const MAX_WAIT = 10000; // ms until an autosave under way is regarded as failed
  const HAS_EDITS = "data-w-unsaved-has-edits-value";
  const FORCE = "data-w-unsaved-force-value"; // until the next autosave has succeeded

  const { editForm, textOf } = window.digestDesk;

  let loadedAt = Infinity;
  let saved; // the form as last saved: undefined before the first input, null if not known
  let sent = null; // the form data of the autosave under way
  let lastSent; // its text, also after it has failed
  let typed = new Map(); // what was typed since, by field name
  let seen; // the form at the last poll, and since when it is unchanged
  let seenSince = 0;
  let attempts = 0;
  let isSubmitted = false;
  let isActive = true;
  let waiting = [];

  // The form is parsed after this script.
  const currentText = () => textOf(new FormData(editForm()));
  const isUnsaved = () => saved !== undefined && currentText() !== saved;

  // Wagtail then asks before the page is left, and autosaves.
  const markUnsaved = () => {
    editForm().setAttribute(FORCE, "true");
    editForm().setAttribute(HAS_EDITS, "true");
  };

  // The event with which Wagtail starts an autosave.
  const requestSave = () => {
    const options = { bubbles: true, cancelable: true, detail: { type: "edits" } };
    editForm().dispatchEvent(new CustomEvent("w-unsaved:add", options));
  };

  const poll = () => {
    if (document.readyState !== "complete" || !editForm()) return;
    const text = currentText();
    if (text !== seen) {
      seen = text;
      seenSince = performance.now();
    }
    if (sent || !isActive || attempts === MAX_ATTEMPTS || !isUnsaved()) return;
    const isStale = performance.now() - seenSince > STALE_AFTER && text !== lastSent;
    if (editForm().getAttribute(HAS_EDITS) !== "true") markUnsaved();
    else if (isStale) requestSave();
    else return;
    attempts += 1;
  };

  // Before the first input the form is as the server rendered it, once its widgets have settled.
  const onInput = (event) => {
    if (!event.isTrusted || !editForm()?.contains(event.target)) return;
    attempts = 0;
    isSubmitted = false; // The submission was stopped.
    const hasSettled = performance.now() - loadedAt > SETTLING_TIME;
    if (saved === undefined && event.type === "input") saved = null;
    if (saved === undefined && hasSettled) saved = currentText();
    if (sent && event.type === "input") typed.set(event.target.name, event.target.value);
  };

  const onSave = (event) => {
    if (isSubmitted) event.preventDefault(); // It could arrive after the form itself.
    if (event.defaultPrevented) return;
    sent = event.detail.formData;
    lastSent = textOf(sent);
    typed = new Map();
  };

  // The response sets fields, such as the number; what was typed into them meanwhile comes later.
  const onSuccess = ({ detail }) => {
    if (!sent) return;
    Object.entries(detail.response.field_updates ?? {}).forEach(([name, value]) => {
      if (sent.has(name)) sent.set(name, value);
      const field = editForm().elements.namedItem(name);
      if (field && typed.has(name)) field.value = typed.get(name);
    });
    saved = textOf(sent);
    onEnd();
    poll();
  };

  const onEnd = () => {
    sent = null;
    waiting.forEach((resolve) => resolve(true));
    waiting = [];
  };

  // Resolves to false if the autosave under way does not end.
  const autosaveEnded = () => {
    if (!sent) return Promise.resolve(true);
    return new Promise((resolve) => {
      waiting.push(resolve);
      setTimeout(() => resolve(false), MAX_WAIT);
    });
  };

  const onSubmit = (event) => {
    if (event.target !== editForm()) return;
    setTimeout(() => { isSubmitted = !event.defaultPrevented; });
  };

  ["pointerdown", "keydown", "input"].forEach((type) => {
    document.addEventListener(type, onInput, { capture: true });
  });
  document.addEventListener("w-autosave:save", onSave);
  // On the document: after Wagtail's own listeners on the form.
  document.addEventListener("w-autosave:success", onSuccess);
  document.addEventListener("w-autosave:error", onEnd);
  document.addEventListener("w-autosave:deactivated", () => { isActive = false; });
  document.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", () => { isSubmitted = false; });
  window.addEventListener("load", () => { loadedAt = performance.now(); });
  // Before Wagtail's listener, which asks if there are edits.
  window.addEventListener("beforeunload", poll, { capture: true });
  setInterval(poll, POLL_INTERVAL);

  window.digestDesk = { ...window.digestDesk, autosaveEnded, requestSave };
})();
