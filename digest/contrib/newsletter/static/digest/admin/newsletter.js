// Side panel "Newsletter" of an issue: previews the mail from the form after a pause in typing, and
// posts what the editor does with its mailing. The form of the page stays as it is.
(() => {
  const POLL_INTERVAL = 500; // ms
  const DEBOUNCE = 1000; // ms without a change before the form is posted
  const STATE_INTERVAL = 10000; // ms
  const { editForm, textOf } = window.digestDesk;
  const entriesOf = (form) =>
    [...new FormData(form)].filter(([, value]) => typeof value === "string");

  const setText = (element, text) => {
    // Screen readers announce every assignment, so assign changes only.
    if (element.textContent !== text) element.textContent = text;
  };

  class NewsletterController extends window.StimulusModule.Controller {
    static targets = [
      ...["state", "report", "problems", "settings", "message", "send", "dialog", "question"],
      ...["draft", "subject", "preheader", "length", "size"],
      ...["mode", "link", "stale", "broken", "frame"],
    ];

    static values = { shown: Object, stateUrl: String, previewUrl: String, recommended: Number };

    connect() {
      this.form = editForm();
      this.stored = { subject: "", preheader: "" };
      this.show(this.shownValue);
      this.reload();
      this.updatedAt = performance.now();
      this.timer = setInterval(() => this.poll(), POLL_INTERVAL);
    }

    disconnect() {
      clearInterval(this.timer);
      this.preview?.abort();
    }

    get isVisible() {
      return !document.hidden && this.element.getClientRects().length > 0;
    }

    poll() {
      if (!this.isVisible) return;
      const now = performance.now();
      const entries = entriesOf(this.form);
      const text = textOf(entries);
      if (text !== this.seen) {
        // The initial form is shown immediately.
        this.changedAt = this.seen === undefined ? -DEBOUNCE : now;
        this.seen = text;
      }
      if (text !== this.previewed && now - this.changedAt >= DEBOUNCE) {
        this.previewed = text;
        this.postForm(entries);
      }
      if (now - this.updatedAt >= STATE_INTERVAL) this.update();
    }

    // Preview

    async postForm(entries) {
      this.preview?.abort();
      const request = new AbortController();
      this.preview = request;
      try {
        const data = await this.fetch(this.previewUrlValue, new URLSearchParams(entries), request);
        this.staleTarget.hidden = data.is_valid;
        this.brokenTarget.hidden = true;
        if (data.is_valid) this.showDefaults(data);
      } catch (error) {
        if (!request.signal.aborted) this.brokenTarget.hidden = false;
      }
    }

    showDefaults({ subject, preheader, size }) {
      this.subjectTarget.placeholder = subject;
      this.preheaderTarget.placeholder = preheader;
      setText(this.sizeTarget, size);
      this.count();
      this.reload();
    }

    // A new frame, because changing its URL would add to the history of the page.
    reload() {
      const url = `${this.previewUrlValue}?show=${this.modeTargets.find((mode) => mode.checked).value}`;
      const top = this.frameTarget.contentWindow?.scrollY ?? 0;
      const frame = this.frameTarget.cloneNode();
      frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, top));
      frame.src = url;
      this.linkTarget.href = url;
      this.frameTarget.replaceWith(frame);
    }

    // Subject and preheader

    count() {
      const text = this.subjectTarget.value || this.subjectTarget.placeholder;
      const { length } = [...text];
      setText(this.lengthTarget, this.lengthTarget.dataset.text.replace("{count}", length));
      this.lengthTarget.classList.toggle("is-long", length > this.recommendedValue);
    }

    save() {
      this.draftTarget.requestSubmit();
    }

    // Actions

    ask() {
      this.dialogTarget.showModal();
    }

    close() {
      this.dialogTarget.close();
    }

    async submit(event) {
      event.preventDefault();
      const form = event.target;
      const message = form.querySelector("[data-message]") ?? this.messageTarget;
      if (form.ariaBusy === "true") {
        this.isWaiting = form === this.draftTarget;
        return;
      }
      form.ariaBusy = "true";
      this.showErrors(form, {});
      setText(message, "");
      try {
        const data = await this.fetch(form.action, new URLSearchParams(new FormData(form)));
        if (data.errors) {
          this.showErrors(form, data.errors);
        } else {
          this.close();
          this.show(data);
          setText(message, data.message);
          if (form === this.draftTarget) this.reload();
        }
      } catch (error) {
        this.close();
        const { failed, forbidden } = this.messageTarget.dataset;
        setText(message, error.message === "403" ? forbidden : failed);
      } finally {
        form.ariaBusy = "false";
        if (this.isWaiting) this.save();
        this.isWaiting = false;
      }
    }

    showErrors(form, errors) {
      form.querySelectorAll("[data-error]").forEach((element) => {
        const { error: name } = element.dataset;
        setText(element, (errors[name] ?? []).join(" "));
        form.elements[name]?.setAttribute("aria-invalid", name in errors);
      });
    }

    async update() {
      this.updatedAt = performance.now();
      try {
        this.show(await this.fetch(this.stateUrlValue));
      } catch (error) {
        // It is tried again.
      }
    }

    async fetch(url, body, request) {
      body?.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
      const response = await fetch(url, {
        method: body ? "POST" : "GET",
        body,
        headers: { "X-Requested-With": "XMLHttpRequest" },
        signal: request?.signal,
      });
      if (!response.ok && response.status !== 400) throw new Error(response.status);
      return response.json();
    }

    show(data) {
      const focused = document.activeElement;
      setText(this.stateTarget, data.state);
      setText(this.sendTarget, data.send_label);
      setText(this.questionTarget, data.question);
      this.showProblems(data.problems);
      this.showLink(this.reportTarget, data.report_url);
      this.showLink(this.settingsTarget, data.settings_url);
      this.element.querySelectorAll("[data-needs]").forEach((element) => {
        element.hidden = !data.actions.includes(element.dataset.needs);
      });
      this.showDraft(data);
      const isGone = this.element.contains(focused) && !focused.getClientRects().length;
      if (isGone && this.isVisible) this.stateTarget.focus();
    }

    showProblems(problems) {
      const list = this.problemsTarget.querySelector("ul");
      list.replaceChildren(
        ...problems.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
      );
      this.problemsTarget.hidden = problems.length === 0;
    }

    showLink(target, url) {
      target.hidden = !url;
      if (url) target.querySelector("a").href = url;
    }

    showDraft(data) {
      [this.subjectTarget, this.preheaderTarget].forEach((field) => {
        field.readOnly = !data.actions.includes("draft");
        // What is being typed, or waits to be saved, stays.
        if (field.value === this.stored[field.name]) field.value = data[field.name];
        this.stored[field.name] = data[field.name];
      });
      this.count();
    }
  }

  window.wagtail.app.register("digest-newsletter", NewsletterController);
})();
