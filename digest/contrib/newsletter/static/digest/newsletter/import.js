// Update the page of an import every two seconds until it has ended.

const PAUSE = 2000;
// The status is a live region: it is announced if its own text changes.
const PARTS = ["[role=status]", "[data-import-details]"];
const shown = document.querySelector("[data-import]");

async function update() {
  try {
    const response = await fetch(window.location.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const current = page.querySelector("[data-import]");
    if (!current) return; // signed out, or the import was discarded
    for (const part of PARTS) {
      const [old, next] = [shown, current].map((root) => root.querySelector(part));
      if (old.innerHTML !== next.innerHTML) old.replaceChildren(...next.childNodes);
    }
    shown.dataset.import = current.dataset.import;
  } catch {
    // The server could not be reached; it is tried again.
  }
  if (shown.dataset.import) setTimeout(update, PAUSE);
}

setTimeout(update, PAUSE);
