/* Review of an imported document: saves each correction and updates the resulting draft. The page
   also works as a plain form without this script. */
(() => {
  const AJAX_HEADERS = { "X-Requested-With": "XMLHttpRequest" };

  const send = async (url, data) => {
    const response = await fetch(url, { method: "POST", body: data, headers: AJAX_HEADERS });
    if (!response.ok) throw new Error(`Status ${response.status}`);
    return response.json();
  };

  class Mapping {
    constructor(form) {
      this.form = form;
      this.status = form.querySelector("[data-status]");
      form.addEventListener("change", (event) => this.change(event));
      form.addEventListener("click", (event) => this.follow(event));
    }

    change(event) {
      const part = event.target.closest("[data-part]");
      if (part) part.dataset.role = event.target.value;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.update(), 200);
    }

    /* One request at a time; changes made meanwhile are sent in another one afterwards. */
    async update() {
      if (this.isBusy) {
        this.isStale = true;
        return;
      }
      this.isBusy = true;
      try {
        const data = new FormData(this.form);
        data.set("action", "save");
        this.show(await send(location.href, data));
      } catch {
        this.show({ error: this.form.dataset.failed });
      }
      this.isBusy = false;
      if (this.isStale) {
        this.isStale = false;
        this.update();
      }
    }

    show({ outcome, unknown, message, error }) {
      if (outcome) this.form.querySelector("[data-outcome]").innerHTML = outcome;
      if (unknown !== undefined) this.form.querySelector("[data-unknown]").innerHTML = unknown;
      this.status.textContent = error ?? message ?? "";
      this.status.classList.toggle("w-sr-only", !error);
    }

    follow(event) {
      const link = event.target.closest("a[data-jump], a[data-line]");
      if (!link) return;
      if (link.matches("[data-line]")) this.form.querySelector("[data-source]").open = true;
      else document.querySelector(link.hash)?.focus();
    }
  }

  new Mapping(document.getElementById("digest-import-mapping"));
})();
