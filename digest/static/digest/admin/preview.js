// Opens the field of an element clicked in the preview. Accepts messages only from the frame of the
// preview panel, and only from this origin or the origin of a configured frontend.
(() => {
  const configured = document.currentScript.dataset.origins.split(" ");
  const origins = new Set(
    configured.map((origin) => (origin === "self" ? window.location.origin : origin)),
  );
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
