// Opens the field of an element clicked in the preview, and has the preview scroll to a field that gets
// the focus, once more when it shows what was typed. Accepts messages only from the frame of the
// preview panel, and only from this origin or the origin of a configured frontend.
(() => {
  const configured = document.currentScript.dataset.origins.split(" ");
  const origins = new Set(
    configured.map((origin) => (origin === "self" ? window.location.origin : origin)),
  );
  const frames = () => [...document.querySelectorAll("[data-side-panel='preview'] iframe")];
  const isPreview = (source) => frames().some((frame) => frame.contentWindow === source);

  window.addEventListener("message", ({ data, origin, source }) => {
    if (!origins.has(origin) || !isPreview(source)) return;
    const { type, path } = data?.digest ?? {};
    if (type === "open-field" && typeof path === "string") window.digestDesk?.openField(path);
  });

  // The content path: that of the element behind those of the blocks around it.
  const pathOf = (element) => {
    const field = element?.closest("[data-contentpath]");
    const above = field && pathOf(field.parentElement);
    return field ? [above, field.dataset.contentpath].filter(Boolean).join(".") : "";
  };

  let current = "";
  let isNew = false;

  // To any origin, since that of a frontend is not known here: a path has no content.
  const show = () => frames().forEach(({ contentWindow }) => {
    contentWindow?.postMessage({ digest: { type: "show-field", path: current } }, "*");
  });

  document.addEventListener("focusin", ({ target }) => {
    const path = target.closest("form[data-edit-form]") ? pathOf(target) : "";
    if (!path || path === current) return;
    current = path;
    isNew = true;
    show();
  });

  document.addEventListener("w-preview:loaded", () => {
    if (isNew) show();
    isNew = false;
  });
})();
