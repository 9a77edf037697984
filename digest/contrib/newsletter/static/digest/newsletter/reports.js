// Keeps the page of a mailing up to date while it is being sent.
(() => {
  const INTERVAL = 5000; // ms
  const updates = document.querySelector("[data-digest-mailing-updates]");
  const status = document.querySelector("[data-digest-mailing-status]");
  const report = () => document.getElementById("digest-mailing");

  // Replaces the report; the element with the focus and the open table stay as they are.
  const replace = (fresh) => {
    const focused = document.activeElement?.id;
    const open = [...report().querySelectorAll("details[open]")].map((element) => element.id);
    const hasChanged = fresh.dataset.state !== report().dataset.state;
    report().replaceWith(document.adoptNode(fresh));
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focused && document.activeElement?.id !== focused) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
    if (hasChanged) status.textContent = document.getElementById("mailing-state").textContent;
  };

  const update = async () => {
    const isWanted = updates.querySelector("input").checked && !document.hidden;
    if (isWanted) {
      try {
        const response = await fetch(window.location.href, { redirect: "error" });
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const fresh = response.ok && page.getElementById("digest-mailing");
        if (fresh) replace(fresh);
      } catch {
        // The next one may succeed.
      }
    }
    if ("moving" in report().dataset) setTimeout(update, INTERVAL);
    else updates.hidden = true;
  };

  updates.hidden = false;
  setTimeout(update, INTERVAL);
})();
