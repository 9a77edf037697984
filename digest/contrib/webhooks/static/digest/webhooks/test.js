// Shows the response to a test as soon as there is one.
(() => {
  const INTERVAL = 1000; // ms
  const section = () => document.getElementById("test");

  const update = async () => {
    if (!document.hidden) {
      try {
        const response = await fetch(window.location.href, { redirect: "error" });
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const fresh = response.ok && page.getElementById("test");
        // The section itself stays: screen readers announce what changes in it.
        if (fresh && !("digestWebhookWaiting" in fresh.dataset)) {
          section().replaceChildren(...document.adoptNode(fresh).childNodes);
          return;
        }
      } catch {
        // The next one may succeed.
      }
    }
    setTimeout(update, INTERVAL);
  };

  setTimeout(update, INTERVAL);
})();
