// Loads the discussion of an issue on request; before, nothing is loaded from other sites.
for (const place of document.querySelectorAll("[data-giscus]")) {
  const button = place.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => load(place, button));
}

function load(place, button) {
  if (place.querySelector("script")) return; // it is loading
  place.querySelector("[role=alert]")?.remove();
  const script = document.createElement("script");
  script.src = "https://giscus.app/client.js";
  script.async = true;
  script.crossOrigin = "anonymous";
  Object.assign(script.dataset, place.dataset, {
    mapping: "specific",
    strict: "1",
    reactionsEnabled: "1",
    emitMetadata: "0",
    inputPosition: "top",
    theme: theme(place),
  });
  delete script.dataset.giscus;
  // Giscus looks for this element.
  const thread = document.createElement("div");
  thread.className = "giscus";
  thread.tabIndex = -1;
  script.addEventListener("load", () => {
    place.querySelector("p").remove();
    button.remove();
    thread.focus();
  });
  script.addEventListener("error", () => {
    thread.remove();
    script.remove();
    const message = document.createElement("p");
    message.role = "alert";
    message.textContent = button.dataset.failed;
    button.parentElement.before(message);
    button.textContent = button.dataset.again;
  });
  place.prepend(thread, script);
}

// Follows the property color-scheme, as the colours of the page do.
function theme(place) {
  const schemes = getComputedStyle(place).colorScheme;
  if (!schemes.includes("dark")) return "light";
  return schemes.includes("light") ? "preferred_color_scheme" : "dark";
}
