/* Import page: pastes rich text and uploads files one by one. It also works as a plain form without
   this script. */
(() => {
  const LIMITS = { file: 10_000_000, text: 1_000_000 };
  const AJAX_HEADERS = { "X-Requested-With": "XMLHttpRequest" };

  const size = (text) => new Blob([text]).size;

  const send = async (url, data) => {
    const response = await fetch(url, { method: "POST", body: data, headers: AJAX_HEADERS });
    if (!response.ok) throw new Error(`Status ${response.status}`);
    return response.json();
  };

  const element = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    return template.content.firstElementChild;
  };

  /* Returns the body of the clipboard's HTML, or "" if it has no markup worth importing. */
  const clean = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll("script, style, link, meta").forEach((each) => each.remove());
    page.querySelectorAll("img").forEach((each) => each.removeAttribute("src"));
    const markup = page.querySelector("h1,h2,h3,h4,h5,h6,a[href],li,b,strong,i,em,p,[style],table");
    return markup ? page.body.innerHTML : "";
  };

  class Pasting {
    constructor(form) {
      this.text = form.elements.text;
      this.html = form.elements.html;
      this.note = form.querySelector("[data-rich-note]");
      this.text.addEventListener("paste", (event) => this.paste(event));
      form.querySelector("[data-use-plain]").addEventListener("click", () => this.usePlain());
      form.querySelector("[data-clear]").addEventListener("click", () => this.clear());
      this.show(); // a form redisplayed with errors still has the pasted HTML
    }

    paste(event) {
      const html = clean(event.clipboardData.getData("text/html"));
      const isReplaceable = this.html.value || !this.text.value.trim();
      if (!html || !isReplaceable || size(html) > LIMITS.text) return;
      event.preventDefault();
      this.html.value = html;
      this.text.value = event.clipboardData.getData("text/plain");
      this.show();
    }

    show() {
      const isRich = Boolean(this.html.value);
      this.text.readOnly = isRich;
      this.note.hidden = !isRich;
    }

    usePlain() {
      this.html.value = "";
      this.show();
      this.text.focus();
    }

    clear() {
      this.text.value = "";
      this.usePlain();
    }
  }

  class Import {
    constructor(form) {
      this.form = form;
      this.pasting = new Pasting(form);
      this.status = form.querySelector("[data-status]");
      this.progress = form.querySelector("[data-progress]");
      this.rows = document.querySelector("[data-rows]");
      form.addEventListener("submit", (event) => this.submit(event));
      this.rows.addEventListener("submit", (event) => this.createDraft(event));
      this.acceptDrops(form.querySelector("[data-drop]"));
    }

    acceptDrops(zone) {
      zone.querySelector("[data-drop-hint]").hidden = false;
      const over = (isOver) => (event) => {
        if (![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        zone.classList.toggle("digest-import-drop--over", isOver);
      };
      zone.addEventListener("dragover", over(true));
      zone.addEventListener("dragleave", over(false));
      zone.addEventListener("drop", (event) => {
        over(false)(event);
        if (event.dataTransfer.files.length) this.form.elements.files.files = event.dataTransfer.files;
      });
    }

    documents() {
      const { text, html, files } = this.form.elements;
      const found = [...files.files].map((file) => ({ name: file.name, file }));
      if (html.value) found.unshift({ name: this.form.dataset.pasted, html: html.value });
      else if (text.value.trim()) found.unshift({ name: this.form.dataset.pasted, text: text.value });
      return found;
    }

    async submit(event) {
      event.preventDefault();
      const documents = this.documents();
      if (!this.form.elements.digest.value) return this.setStatus("noDigest");
      if (!documents.length) return this.setStatus("nothing");
      this.setBusy(true);
      let read = 0;
      for (const [index, each] of documents.entries()) {
        this.setStatus("reading", { number: index + 1, total: documents.length, name: each.name });
        read += await this.read(each);
        this.progress.firstElementChild.value = (index + 1) / documents.length;
      }
      this.setStatus("done", { number: read, total: documents.length });
      this.setBusy(false);
      this.pasting.clear();
      this.form.elements.files.value = "";
      const first = this.rows.querySelector("a");
      if (read && documents.length === 1) location.assign(first.href);
      else first?.focus();
    }

    async read(each) {
      try {
        if (each.file?.size > LIMITS.file || size(each.text ?? "") > LIMITS.text) {
          return this.reject(each.name, this.form.dataset.tooLarge);
        }
        const data = await send(this.form.action, this.dataFor(each));
        const rows = data.rows.map(element);
        rows.forEach((row) => this.add(row));
        return rows.filter((row) => row.querySelector("a")).length;
      } catch {
        return this.reject(each.name, this.form.dataset.failed);
      }
    }

    dataFor({ file, text, html }) {
      const data = new FormData();
      data.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
      data.set("digest", this.form.elements.digest.value);
      if (file) data.set("files", file);
      data.set("text", text ?? "");
      data.set("html", html ?? "");
      return data;
    }

    reject(name, error) {
      const row = element('<li class="digest-import-row digest-import-row--rejected"><h3></h3><p></p></li>');
      row.querySelector("h3").textContent = name;
      row.querySelector("p").textContent = error;
      row.querySelector("h3").className = "digest-import-row__name";
      row.querySelector("p").className = "digest-import-row__error";
      this.add(row);
      return 0;
    }

    add(row) {
      document.querySelector("[data-documents]").hidden = false;
      this.rows.prepend(row);
    }

    setStatus(key, values = {}) {
      const text = this.form.dataset[key];
      this.status.textContent = text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
    }

    setBusy(isBusy) {
      this.progress.hidden = !isBusy;
      this.progress.firstElementChild.value = 0;
      this.form.querySelector("[type=submit]").disabled = isBusy;
    }

    async createDraft(event) {
      const form = event.target;
      if (!form.matches("[data-create-draft]")) return;
      event.preventDefault();
      form.querySelector("button").disabled = true;
      try {
        const data = await send(form.action, new FormData(form));
        const row = element(data.rows[0]);
        form.closest("li").replaceWith(row);
        row.querySelector(".digest-import-row__actions a").focus();
      } catch {
        form.submit(); // the full page shows the errors
      }
    }
  }

  const form = document.getElementById("digest-import");
  if (form) new Import(form);
})();
