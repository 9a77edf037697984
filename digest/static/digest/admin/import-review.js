/* Review of an imported document: saves each correction, and shows the parts and the resulting draft
   that follow from it. The page also works as a plain form without this script. */
(() => {
  const DELAY = 200; // milliseconds

  const { SessionEnded, renewToken, send, showEnded } = window.digestImport;

  class Review {
    changes = 0;
    isEnded = false; // the session, so that corrections are not saved
    isChecking = false; // before a submission
    checked = null; // the button whose submission goes on
    queue = Promise.resolve(); // one request at a time

    constructor(form) {
      this.form = form;
      this.status = form.querySelector("[data-status]");
      this.sent = this.state();
      form.addEventListener("change", () => this.change());
      form.addEventListener("click", (event) => this.click(event));
      form.addEventListener("submit", (event) => this.submit(event));
      window.addEventListener("focus", () => this.isEnded && this.request("save"));
      if (this.isCorrected()) this.request("save"); // while this script was still loading
    }

    /* Returns whether a field has another value than the page came with. */
    isCorrected() {
      return [...this.form.elements].some((field) =>
        field.options
          ? [...field.options].some((option) => option.defaultSelected && !option.selected)
          : field.checked !== field.defaultChecked || field.value !== (field.defaultValue ?? field.value),
      );
    }

    state() {
      return new URLSearchParams(new FormData(this.form)).toString();
    }

    /* The field of the date also reports a change when it is left with the same date. */
    change() {
      if (this.state() === this.sent) return;
      this.sent = this.state();
      this.changes += 1;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.request("save"), DELAY);
    }

    click(event) {
      const button = event.target.closest("button[data-edit]");
      if (button) {
        event.preventDefault();
        clearTimeout(this.timer); // the request sends what has changed as well
        this.request(button.value);
      } else {
        this.follow(event.target.closest("a[data-jump], a[data-line]"), event);
      }
    }

    follow(link, event) {
      if (link?.matches("[data-line]")) document.getElementById("source").open = true;
      if (!link?.matches("[data-jump]")) return;
      event.preventDefault();
      document.querySelector(link.hash)?.focus();
    }

    /* Submits the form only in a session of the user, or else what was corrected would be lost. */
    async submit(event) {
      const { submitter } = event;
      clearTimeout(this.timer);
      if (submitter === this.checked) return;
      event.preventDefault();
      if (this.isChecking) return;
      this.isChecking = true;
      try {
        await this.queue;
        await renewToken();
        this.press(submitter);
      } catch (error) {
        this.showFailure(error)?.focus();
      }
      this.isChecking = false;
    }

    press(submitter) {
      if (!submitter.isConnected) {
        submitter.hidden = true;
        this.form.append(submitter); // an update has replaced the button
      }
      this.checked = submitter;
      submitter.click();
      this.checked = null;
    }

    request(action) {
      this.queue = this.queue.then(() => this.update(action));
    }

    async update(action) {
      const { changes } = this;
      const data = new FormData(this.form);
      data.set("action", action);
      try {
        const response = await send(location.pathname, data);
        // What has changed meanwhile is sent next; these regions no longer show it.
        if (response.regions && changes === this.changes) this.show(response);
        this.isEnded = false;
        this.announce(response);
      } catch (error) {
        this.showFailure(error);
      }
    }

    showFailure(error) {
      this.isEnded = error instanceof SessionEnded;
      this.announce({ error: this.form.dataset.failed });
      return this.isEnded ? showEnded(error, this.status) : null;
    }

    show({ regions, fields, focus }) {
      const focused = document.activeElement.id;
      const opened = [...this.form.querySelectorAll("details[open][id]")].map(({ id }) => id);
      Object.entries(regions).forEach(([name, html]) => {
        this.form.querySelector(`[data-region=${name}]`).innerHTML = html;
      });
      opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
      Object.entries(fields).forEach(([name, value]) => {
        const field = this.form.elements[name];
        if (field !== document.activeElement) field.value = value;
      });
      this.sent = this.state();
      this.focus([...focus, focused], focus.length > 0);
    }

    /* Focuses the first of the elements that can have the focus. */
    focus(ids, isMoved) {
      const found = ids.map((id) => id && document.getElementById(id)).find((each) => each && !each.disabled);
      if (!found || found === document.activeElement) return;
      const details = found.closest("details");
      if (details && found.localName !== "summary") details.open = true;
      found.focus({ preventScroll: !isMoved });
    }

    announce({ message, error }) {
      this.status.textContent = "";
      this.status.textContent = error ?? message;
      this.status.classList.toggle("w-sr-only", !error);
    }
  }

  new Review(document.getElementById("digest-import-mapping"));
})();
