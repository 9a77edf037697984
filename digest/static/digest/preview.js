// For the page on which a frontend shows drafts: what the preview panel of the editor needs of it.
//
//   <script type="application/json" id="digest-field-map">{…}</script>
//   <script src="https://cms.example.com/static/digest/preview.js" defer></script>
//
// A click on an element with data-digest-source="/body/1/value/heading" (a JSON pointer of the source
// map) opens that field in the editor. Outside the panel the script does nothing.
//
// Where static files are on another host than the editor: data-cms="https://cms.example.com".
(() => {
  const { dataset, src } = document.currentScript;
  if (window.parent === window) return;
  const cms = new URL(dataset.cms || src, window.location.href).origin;

  // The longest pointer that is known: a click into a part of a field opens the field.
  const pathOf = (pointer) => {
    const text = document.getElementById("digest-field-map")?.textContent;
    const sources = JSON.parse(text || "{}");
    let found = pointer;
    while (found && !Object.hasOwn(sources, found)) found = found.slice(0, found.lastIndexOf("/"));
    return found && sources[found].path;
  };

  document.addEventListener("click", (event) => {
    const source = event.target.closest("[data-digest-source]");
    const control = event.target.closest("a[href], button, input, select, summary, textarea");
    if (!source || (control && source.contains(control))) return;
    const path = pathOf(source.dataset.digestSource);
    if (path) window.parent.postMessage({ digest: { type: "open-field", path } }, cms);
  });

  const style = new CSSStyleSheet();
  style.replaceSync(
    "[data-digest-source] { cursor: pointer } " +
      "[data-digest-source]:hover:not(:has([data-digest-source]:hover)) " +
      "{ outline: 2px dashed; outline-offset: 4px }",
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];

  // Wagtail's own part of a preview, which keeps the place that was scrolled to and runs the checks.
  const insert = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.body.append(page.querySelector("template"), document.createElement("wagtail-userbar"));
    for (const { src } of page.querySelectorAll("script[src]")) {
      const script = document.createElement("script");
      script.async = false; // in this order
      script.src = src;
      document.body.append(script);
    }
  };
  if (document.querySelector("wagtail-userbar")) return; // a page that Wagtail made

  // Not before there is something to scroll: a frontend may fetch the draft when it is open already.
  const shown = new Promise((resolve) => {
    const look = () => document.querySelector("[data-digest-source]") && resolve();
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    window.addEventListener("load", () => setTimeout(resolve, 1500));
    look();
  });
  const userbar = fetch(new URL(dataset.userbar || "/preview-userbar/", cms));
  Promise.all([userbar, shown])
    .then(([answer]) => (answer.ok ? answer.text().then(insert) : null))
    .catch(() => {}); // a preview without checks is a preview still
})();
