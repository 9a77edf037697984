// Replace the state of an import every two seconds until it has ended.

const PAUSE = 2000;
const shown = document.querySelector("[data-import]");

async function update() {
  try {
    const response = await fetch(window.location.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const current = page.querySelector("[data-import]");
    if (!current) return; // signed out, or the import was discarded
    shown.replaceChildren(...current.childNodes);
    shown.dataset.import = current.dataset.import;
  } catch {
    // The server could not be reached; it is tried again.
  }
  if (shown.dataset.import) setTimeout(update, PAUSE);
}

setTimeout(update, PAUSE);
