// Connects a frontend's preview page to the preview panel of the Wagtail editor.
//
//   <script type="application/json" id="digest-field-map">{…}</script>
//   <script src="https://cms.example.com/static/digest/preview.js" defer></script>
//
// A click on an element with data-digest-source="/body/1/value/heading" (a JSON pointer in the field
// map) opens that field in the editor, and a field that gets the focus there is scrolled into view
// here. Outside the panel the script does nothing.
//
// If static files are on another host than the editor, set data-cms="https://cms.example.com".
(() => {
  const { dataset, src } = document.currentScript;
  if (window.parent === window) return;
  const cms = new URL(dataset.cms || src, window.location.href).origin;

  const fieldMap = () =>
    JSON.parse(document.getElementById("digest-field-map")?.textContent || "{}");

  // Falls back to the longest known prefix: a click inside a field opens the field.
  const pathOf = (pointer, fields = fieldMap()) => {
    let found = pointer;
    while (found && !Object.hasOwn(fields, found)) found = found.slice(0, found.lastIndexOf("/"));
    return found && fields[found].path;
  };

  document.addEventListener("click", (event) => {
    const source = event.target.closest("[data-digest-source]");
    const control = event.target.closest("a[href], button, input, select, summary, textarea");
    if (!source || (control && source.contains(control))) return;
    const path = pathOf(source.dataset.digestSource);
    if (path) window.parent.postMessage({ digest: { type: "open-field", path } }, cms);
  });

  const countShared = (path, other) => {
    const parts = other.split(".");
    const end = path.split(".").findIndex((part, index) => part !== parts[index]);
    return end < 0 ? Infinity : end;
  };

  // The element of a field, or another one of the same block if the field is still empty.
  const elementOf = (path) => {
    const fields = fieldMap();
    let [found, most] = [null, 1]; // two parts are a block
    for (const element of document.querySelectorAll("[data-digest-source]")) {
      const shared = countShared(path, pathOf(element.dataset.digestSource, fields) || "");
      if (shared > most) [found, most] = [element, shared];
    }
    return found;
  };

  const show = (path) => {
    const element = elementOf(path);
    if (!element) return;
    const { top, bottom, height } = element.getBoundingClientRect();
    const isInView = top < window.innerHeight && bottom > 0;
    const block = height > window.innerHeight ? "start" : "center";
    if (!isInView) element.scrollIntoView({ block });
  };

  window.addEventListener("message", ({ data, origin, source }) => {
    if (source !== window.parent || origin !== cms) return;
    const { type, path } = data?.digest ?? {};
    if (type === "show-field" && typeof path === "string") show(path);
  });

  const style = new CSSStyleSheet();
  style.replaceSync(
    "[data-digest-source] { cursor: pointer } " +
      "[data-digest-source]:hover:not(:has([data-digest-source]:hover)) " +
      "{ outline: 2px dashed; outline-offset: 4px }",
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];

  // Wagtail's user bar restores the scroll position and runs the content checks.
  const insert = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.body.append(page.querySelector("template"), document.createElement("wagtail-userbar"));
    for (const { src } of page.querySelectorAll("script[src]")) {
      const script = document.createElement("script");
      script.async = false; // execute in document order
      script.src = src;
      document.body.append(script);
    }
  };
  if (document.querySelector("wagtail-userbar")) return; // rendered by Wagtail

  // A frontend may fetch the draft after load; the scroll position needs the content.
  const rendered = new Promise((resolve) => {
    const check = () => document.querySelector("[data-digest-source]") && resolve();
    new MutationObserver(check).observe(document, { childList: true, subtree: true });
    window.addEventListener("load", () => setTimeout(resolve, 1500));
    check();
  });
  const userbar = fetch(new URL(dataset.userbar || "/preview-userbar/", cms));
  Promise.all([userbar, rendered])
    .then(([response]) => (response.ok ? response.text().then(insert) : null))
    .catch(() => {}); // the preview works without the user bar
})();
