// The checklist beside the form of an issue: sends the form when it has changed and rested, shows
// what comes back, and opens the field of a finding. One request at a time; a newer one ends it.
(() => {
  const LOOK_EVERY = 500; // ms between two looks at the form
  const REST = 1000; // ms without a change before the form is sent
  // Changed by saving, not by anybody who writes.
  const IGNORED = new Set(["csrfmiddlewaretoken", "loaded_revision_id", "loaded_revision_created_at"]);

  const entriesOf = (form) =>
    [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const textOf = (entries) =>
    new URLSearchParams(entries.filter(([name]) => !IGNORED.has(name))).toString();

  class ChecklistController extends window.StimulusModule.Controller {
    static targets = ["status", "stale", "findings"];

    static values = { url: String };

    connect() {
      this.form = document.querySelector("form[data-edit-form]");
      if (!this.form) return;
      this.timer = setInterval(() => this.look(), LOOK_EVERY);
    }

    disconnect() {
      clearInterval(this.timer);
      this.request?.abort();
    }

    look() {
      if (document.hidden) return;
      const entries = entriesOf(this.form);
      const text = textOf(entries);
      if (text !== this.seen) {
        // What it opens with is checked at once.
        this.changedAt = this.seen === undefined ? -REST : performance.now();
        this.seen = text;
      }
      if (text !== this.sent && performance.now() - this.changedAt >= REST) {
        this.sent = text;
        this.check(entries);
      }
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
        if (!request.signal.aborted) this.say(this.statusTarget.dataset.failed);
      }
    }

    show(answer) {
      this.staleTarget.hidden = answer.is_valid;
      if (!answer.is_valid) return;
      this.say(answer.status);
      if (answer.html !== this.html) this.replace(answer.html);
      this.count(answer.count);
    }

    // Only what changes is read out.
    say(status) {
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

    count(number) {
      const toggle = document.querySelector('[data-side-panel-toggle="checklist"]');
      const counter = toggle?.querySelector("[data-side-panel-toggle-counter]");
      if (!counter) return;
      counter.textContent = String(number);
      counter.hidden = number === 0;
    }

    open({ params }) {
      window.digestDesk.openField(params.path);
    }
  }

  window.wagtail.app.register("digest-checklist", ChecklistController);
})();
