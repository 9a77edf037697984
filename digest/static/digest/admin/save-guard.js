// Keeps the form on the screen while it cannot be saved: the user was signed out, another one has
// signed in, the server cannot be reached, or the page was deleted or locked meanwhile. Before the
// form is submitted, and when an autosave fails, it requests the state; a message says what to do,
// and saving starts again by itself.
(() => {
  const POLL_INTERVAL = 5000; // ms, while the form cannot be saved
  const TIMEOUT = 10000; // ms
  const { stateUrl, signInUrl, parent, page, user, ...texts } = document.currentScript.dataset;
  // Those that Wagtail itself intercepts to ask before a newer version is overwritten.
  const SUBMITTERS = '[data-edit-form] button:is([type="submit"], [data-workflow-action-name])';
  const HELD = "digest-save-held";
  const BUTTON = "button button-small";
  const { announce, autosaveEnded, button, editForm, requestSave } = window.digestDesk;

  const query = new URLSearchParams({ user, ...(page ? { page } : { parent }) });
  let blockedBy = null; // the state that prevents saving
  let isChecking = false; // before a submission
  let isConfirmed = false; // in Wagtail's dialog, for a submission that has been checked
  let hasRetried = false;
  let passed = null; // the button whose click goes on
  let heldAction = ""; // the name of the action that was not carried out, such as “Publish”
  const alertElement = document.createElement("div");

  const isLockedFromTheStart = () => document.body.classList.contains("content-locked");

  // A new CSRF token belongs to each session.
  const setToken = (token) => {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => {
      input.value = token;
    });
    if (window.wagtailConfig) window.wagtailConfig.CSRF_TOKEN = token;
  };

  const fetchState = async () => {
    const options = { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) };
    let response;
    try {
      response = await fetch(`${stateUrl}?${query}`, options);
    } catch {
      return "unreachable";
    }
    if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) return "signedOut";
    if (response.status >= 500) return "unreachable";
    if (!response.ok) return "editable"; // Not ours to decide.
    const data = await response.json();
    if (data.state === "other-user") return "otherUser"; // and no token to save the form with
    setToken(data.csrf_token);
    return data.state === "locked" && isLockedFromTheStart() ? "editable" : data.state;
  };

  // What is in the fields, for the clipboard.
  const writtenText = () => {
    const fields = editForm().querySelectorAll(
      'input[type="text"], input[type="url"], textarea:not([hidden]), [contenteditable="true"]',
    );
    const shown = [...fields].filter((field) => field.getClientRects().length);
    return shown.map((field) => field.value ?? field.innerText).filter(Boolean).join("\n\n");
  };

  const copyText = async ({ currentTarget }) => {
    await navigator.clipboard.writeText(writtenText());
    currentTarget.textContent = texts.copied;
  };

  const signInLink = () => {
    const link = document.createElement("a");
    Object.assign(link, { href: signInUrl, target: "_blank", className: BUTTON });
    link.textContent = texts.signIn;
    return link;
  };

  const actionFor = (state) => {
    if (state === "signedOut") return signInLink();
    if (state === "unreachable") return button(texts.retry, BUTTON, () => recheck());
    return navigator.clipboard ? button(texts.copy, BUTTON, copyText) : "";
  };

  const showNotice = (notice, action) => {
    const box = document.createElement("div");
    const text = document.createElement("p");
    box.className = "digest-notice";
    text.textContent = notice;
    box.append(text, action);
    alertElement.replaceChildren(box);
  };

  const show = (state) => {
    blockedBy = state;
    showNotice(texts[state], actionFor(state));
    document.body.classList.add(HELD);
  };

  // Saving goes on by itself, but publishing is not repeated without the editor.
  const showHeldAction = () => {
    const dismiss = button(texts.dismiss, BUTTON, () => alertElement.replaceChildren());
    showNotice(texts.notDone.replace("{action}", heldAction), dismiss);
    heldAction = "";
  };

  const hide = () => {
    blockedBy = null;
    alertElement.replaceChildren();
    document.body.classList.remove(HELD);
    if (heldAction) showHeldAction();
    else announce(texts.editable);
    if (editForm().dataset.wUnsavedHasEditsValue === "true") requestSave();
  };

  const update = (state) => {
    if (state === blockedBy) return;
    if (state !== "editable") show(state);
    else if (blockedBy) hide();
  };

  const recheck = async () => update(await fetchState());

  // Wagtail has retried what failed for lack of a network; a new CSRF token needs one more attempt.
  const onFailedAutosave = async ({ detail }) => {
    if (["validation_error", "invalid_revision"].includes(detail.type)) return;
    await recheck();
    if (blockedBy || hasRetried || detail.type !== "server_error") return;
    hasRetried = true;
    requestSave();
  };

  const onSavedAutosave = ({ detail }) => {
    hasRetried = false;
    query.delete("parent");
    query.set("page", detail.response.pk);
  };

  const press = (submitter) => {
    passed = submitter;
    // A menu that was closed meanwhile has taken its button out of the page.
    if (!submitter.isConnected) {
      passed = submitter.cloneNode(true);
      passed.hidden = true;
      editForm().append(passed);
    }
    passed.click();
    passed = null;
  };

  const isSaveOnly = ({ name, dataset }) => !name && !dataset.workflowActionName;

  const canSave = async () => ((await autosaveEnded()) ? fetchState() : "unreachable");

  const guard = async (event) => {
    const submitter = event.target.closest?.(SUBMITTERS);
    if (!submitter || submitter === passed || isConfirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isChecking) return;
    isChecking = true;
    const state = await canSave();
    isChecking = false;
    update(state);
    if (state === "editable") return press(submitter);
    heldAction = isSaveOnly(submitter) ? "" : submitter.innerText.trim();
    alertElement.querySelector("a, button")?.focus();
  };

  // Wagtail clicks on the button again at once when its dialog is confirmed.
  const onConfirmed = () => {
    isConfirmed = true;
    setTimeout(() => { isConfirmed = false; });
  };

  // Before the buttons in the order of the keyboard.
  const addAlert = () => {
    alertElement.setAttribute("role", "alert");
    editForm()?.querySelector("footer")?.before(alertElement);
  };

  const recheckIfBlocked = () => {
    if (blockedBy && !document.hidden) recheck();
  };

  document.addEventListener("DOMContentLoaded", addAlert);
  document.addEventListener("click", guard, { capture: true });
  document.addEventListener("w-dialog:confirmed", onConfirmed, { capture: true });
  document.addEventListener("w-autosave:error", onFailedAutosave);
  document.addEventListener("w-autosave:success", onSavedAutosave);
  document.addEventListener("w-swap:error", ({ target }) => {
    if (target.matches?.('[data-controller~="w-session"]')) recheck();
  });
  ["focus", "online"].forEach((type) => window.addEventListener(type, recheckIfBlocked));
  setInterval(recheckIfBlocked, POLL_INTERVAL);
})();
