// Loads the discussion of an issue on request; before, nothing is loaded from other sites.
for (const place of document.querySelectorAll("[data-giscus]")) {
  const button = place.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => {
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
      theme: "preferred_color_scheme",
    });
    delete script.dataset.giscus;
    const thread = document.createElement("div");
    thread.className = "giscus";
    thread.tabIndex = -1;
    place.replaceChildren(thread, script);
    thread.focus();
  });
}
