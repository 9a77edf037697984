// Opens the field that was clicked in the preview. It listens to the page in the preview panel alone,
// and only where that is of this origin or of one that shows previews.
(() => {
  const named = document.currentScript.dataset.origins.split(" ");
  const origins = new Set(named.map((name) => (name === "self" ? window.location.origin : name)));
  const isPreview = (source) =>
    [...document.querySelectorAll("[data-side-panel='preview'] iframe")].some(
      (frame) => frame.contentWindow === source,
    );

  window.addEventListener("message", ({ data, origin, source }) => {
    if (!origins.has(origin) || !isPreview(source)) return;
    const { type, path } = data?.digest ?? {};
    if (type === "open-field" && typeof path === "string") window.digestDesk?.openField(path);
  });
})();
