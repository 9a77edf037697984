// Helpers shared by the scripts of the editor: its form, the form's content as a text that can be
// compared, messages for screen readers, and buttons.
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
  const announce = (text) => { status.textContent = text; };

  const button = (text, className, listener) => {
    const element = document.createElement("button");
    Object.assign(element, { type: "button", className, textContent: text });
    element.addEventListener("click", listener);
    return element;
  };

  window.digestDesk = { ...window.digestDesk, announce, button, editForm, textOf };
})();
