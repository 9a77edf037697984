// Checklist side panel: posts the form after a pause in typing, shows the findings, and opens the
// field of a finding. A new request aborts the previous one. A new issue is checked from its first
// change on.
(() => {
  const POLL_INTERVAL = 500; // ms
  const DEBOUNCE = 1000; // ms without a change before the form is posted
  const { editForm, textOf } = window.digestDesk;
  const entriesOf = (form) =>
    [...new FormData(form)].filter(([, value]) => typeof value === "string");

  class ChecklistController extends window.StimulusModule.Controller {
    static targets = ["status", "stale", "findings"];

    static values = { url: String, waits: Boolean };

    connect() {
      this.form = editForm();
      if (!this.form) return;
      this.timer = setInterval(() => this.poll(), POLL_INTERVAL);
    }

    disconnect() {
      clearInterval(this.timer);
      this.request?.abort();
    }

    poll() {
      if (this.isWaiting() || document.hidden) return;
      const entries = entriesOf(this.form);
      const text = textOf(entries);
      if (text !== this.seen) {
        // The initial form is checked immediately.
        this.changedAt = this.seen === undefined ? -DEBOUNCE : performance.now();
        this.seen = text;
      }
      if (text !== this.sent && performance.now() - this.changedAt >= DEBOUNCE) {
        this.sent = text;
        this.check(entries);
      }
    }

    // Wagtail compares the form with how it was when all of its fields had been set up.
    isWaiting() {
      if (this.form.getAttribute("data-w-unsaved-has-edits-value") === "true") this.waitsValue = false;
      return this.waitsValue;
    }

    async check(entries) {
      this.request?.abort();
      const request = new AbortController();
      this.request = request;
      const body = new URLSearchParams(entries);
      try {
        const response = await fetch(this.urlValue, { method: "POST", body, signal: request.signal });
        if (!response.ok) throw new Error(response.statusText);
        this.show(await response.json());
      } catch (error) {
        if (!request.signal.aborted) this.setStatus(this.statusTarget.dataset.failed);
      }
    }

    show(data) {
      this.staleTarget.hidden = data.is_valid;
      if (!data.is_valid) return;
      this.setStatus(data.status);
      if (data.html !== this.html) this.replace(data.html);
      this.setCount(data);
    }

    // Screen readers announce every assignment, so assign changes only.
    setStatus(status) {
      if (this.statusTarget.textContent !== status) this.statusTarget.textContent = status;
    }

    replace(html) {
      const key = this.findingsTarget.contains(document.activeElement)
        ? document.activeElement.dataset.key
        : null;
      this.html = html;
      this.findingsTarget.innerHTML = html;
      if (!key) return;
      const buttons = [...this.findingsTarget.querySelectorAll("[data-key]")];
      buttons.find((button) => button.dataset.key === key)?.focus();
    }

    setCount({ count, required, status }) {
      this.statusTarget.classList.toggle("digest-checklist__status--required", required > 0);
      const toggle = document.querySelector('[data-side-panel-toggle="checklist"]');
      const counter = toggle?.querySelector("[data-side-panel-toggle-counter]");
      if (!counter) return;
      counter.textContent = required ? `${count}!` : String(count);
      counter.classList.toggle("digest-checklist-counter--required", required > 0);
      counter.hidden = count === 0;
      toggle.setAttribute("aria-description", status);
    }

    open({ params: { path, adds, after, link } }) {
      if (adds && after) window.digestDesk.addBlock(after, adds);
      else window.digestDesk.openField(path, link);
    }
  }

  window.wagtail.app.register("digest-checklist", ChecklistController);
})();
