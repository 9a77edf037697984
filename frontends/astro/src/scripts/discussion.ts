// Loads the discussion of an issue on request; before, nothing is loaded from other sites.
const place = document.querySelector<HTMLElement>("[data-giscus]");
const button = place?.querySelector("button");
if (place && button) {
  button.hidden = false;
  button.addEventListener("click", () => load(place, button));
}

function load(place: HTMLElement, button: HTMLButtonElement): void {
  if (place.querySelector("script")) return; // it is loading
  place.querySelector("[role=alert]")?.remove();
  const thread = document.createElement("div"); // Giscus looks for this class
  thread.className = "giscus";
  thread.tabIndex = -1;
  const script = document.createElement("script");
  Object.assign(script, { src: "https://giscus.app/client.js", async: true, crossOrigin: "anonymous" });
  const { giscus, ...attributes } = place.dataset;
  const others = { reactionsEnabled: "1", emitMetadata: "0", inputPosition: "top", theme: themeOf(place) };
  Object.assign(script.dataset, attributes, others);
  script.addEventListener("load", () => {
    place.querySelector("p")?.remove();
    button.remove();
    thread.focus();
  });
  script.addEventListener("error", () => {
    thread.remove();
    script.remove();
    fail(button);
  });
  place.prepend(thread, script);
}

/** Say so, and leave the link to GitHub where it is. */
function fail(button: HTMLButtonElement): void {
  const message = document.createElement("p");
  message.role = "alert";
  message.textContent = "The discussion could not be loaded.";
  button.parentElement?.before(message);
  button.textContent = "Try again";
}

/** Follow the property `color-scheme`, as the colours of the page do. */
function themeOf(place: HTMLElement): string {
  const { colorScheme } = getComputedStyle(place);
  if (!colorScheme.includes("dark")) return "light";
  return colorScheme.includes("light") ? "preferred_color_scheme" : "dark";
}
