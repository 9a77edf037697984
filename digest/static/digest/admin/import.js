/* Import of documents, on its own page and on the front page: takes what is pasted or dropped
   anywhere, and uploads the documents one by one. The form also works without this script. */
(() => {
  const LIMITS = { file: 10_000_000, text: 1_000_000 };
  const TEXT_FIELDS =
    "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=file])";

  const { SessionEnded, send, showEnded } = window.digestImport;

  const size = (text) => new Blob([text]).size;

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

  /* Returns plain text as paragraphs. */
  const paragraphs = (text) =>
    text.trim().split(/\n\s*\n/).map((each) => {
      const paragraph = document.createElement("p");
      paragraph.innerText = each;
      return paragraph.outerHTML;
    }).join("");

  /* The box, and the HTML of rich text that was pasted into it. What is pasted into a text follows it;
     rich text keeps its headings and links in an empty box, and after other rich text. */
  class Box {
    constructor(form, onReadOnly) {
      this.onReadOnly = onReadOnly;
      this.text = form.elements.text;
      this.html = form.elements.html;
      this.note = form.querySelector("[data-rich-note]");
      this.text.addEventListener("paste", (event) => {
        const isInText = !this.html.value && this.text.value.trim();
        if (!isInText && this.pasteRich(event.clipboardData)) event.preventDefault();
      });
      this.text.addEventListener("keydown", (event) => this.explain(event));
      form.querySelector("[data-use-plain]").addEventListener("click", () => this.usePlain());
      form.querySelector("[data-clear]").addEventListener("click", () => {
        this.clear();
        this.text.focus();
      });
      this.show(); // a form redisplayed with errors still has the pasted HTML
    }

    paste(clipboard) {
      return this.pasteRich(clipboard) || this.append(clipboard.getData("text/plain"));
    }

    /* Returns false if the result would be plain text. */
    pasteRich(clipboard) {
      const text = clipboard.getData("text/plain");
      const html = clean(clipboard.getData("text/html"));
      const isPlain = this.html.value ? !html && !text.trim() : !html || this.text.value.trim();
      if (isPlain || size(html) > LIMITS.text) return false;
      this.html.value += html || paragraphs(text);
      this.append(text);
      this.show();
      return true;
    }

    /* Adds text after an empty line. */
    append(text) {
      if (!text.trim()) return false;
      const before = this.text.value.trimEnd();
      this.text.value = before ? `${before}\n\n${text}` : text;
      return true;
    }

    /* Says why typing does nothing. */
    explain({ key, ctrlKey, metaKey }) {
      const isTyping = key.length === 1 || ["Backspace", "Delete", "Enter"].includes(key);
      if (this.text.readOnly && isTyping && !ctrlKey && !metaKey) this.onReadOnly();
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
      this.html.value = "";
      this.show();
    }
  }

  class Import {
    constructor(form) {
      this.form = form;
      this.box = new Box(form, () => this.setStatus("readOnly"));
      this.button = form.querySelector("[type=submit]");
      this.status = form.querySelector("[data-status]");
      this.progress = form.querySelector("[data-progress]");
      this.rows = document.querySelector("[data-rows]");
      form.addEventListener("submit", (event) => this.submit(event));
      this.rows.addEventListener("submit", (event) => this.createDraft(event));
      document.addEventListener("paste", (event) => this.pasteAnywhere(event));
      this.acceptDrops(form.querySelector("[data-over]"));
      form.querySelector("[data-anywhere]").hidden = false;
    }

    pasteAnywhere(event) {
      const { target, clipboardData } = event;
      if (this.button.disabled || target.closest?.(TEXT_FIELDS)) return;
      if (this.box.paste(clipboardData)) {
        this.setStatus("inBox");
        this.focusNext();
      } else if (!this.choose(clipboardData.files)) return;
      event.preventDefault();
    }

    acceptDrops(note) {
      const listen = (type, handle) =>
        document.addEventListener(type, (event) => {
          if (event.dataTransfer?.types.includes("Files")) handle(event);
        });
      listen("dragover", (event) => {
        event.preventDefault();
        note.hidden = false;
      });
      listen("dragleave", (event) => {
        if (!event.relatedTarget) note.hidden = true; // it has left the window
      });
      listen("drop", (event) => {
        event.preventDefault();
        note.hidden = true;
        if (!this.button.disabled) this.choose(event.dataTransfer.files);
      });
    }

    choose(files) {
      if (!files.length) return false;
      this.form.elements.files.files = files;
      this.setStatus("chosen", { names: [...files].map((file) => file.name).join(", ") });
      this.focusNext();
      return true;
    }

    /* Moves to the button, so that Enter goes on, or first to the digest if none is chosen. */
    focusNext() {
      const { digest } = this.form.elements;
      (digest.value ? this.button : digest).focus({ focusVisible: true });
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
      if (!documents.length) return this.reportError("nothing", "text");
      if (!this.form.elements.digest.value) return this.reportError("noDigest", "digest");
      this.setBusy(true);
      this.rows.querySelectorAll(".digest-import-row--rejected").forEach((row) => row.remove());
      let ended = null;
      try {
        await this.readAll(documents);
      } catch (error) {
        ended = error;
      }
      this.setBusy(false);
      this.keepUnread(documents);
      if (ended) showEnded(ended, this.status)?.focus();
      else this.finish(documents);
    }

    async readAll(documents) {
      for (const [index, each] of documents.entries()) {
        this.setStatus("reading", { number: index + 1, total: documents.length, name: each.name });
        each.isRead = await this.read(each);
        this.progress.firstElementChild.value = (index + 1) / documents.length;
      }
    }

    /* Leaves a pasted text that was not read in the box, and the files that were not sent. */
    keepUnread(documents) {
      if (documents.every((each) => each.isRead || each.file)) this.box.clear();
      const unsent = new DataTransfer();
      documents
        .filter((each) => each.file && each.isRead === undefined)
        .forEach(({ file }) => unsent.items.add(file));
      this.form.elements.files.files = unsent.files;
    }

    /* Opens a single document. */
    finish(documents) {
      const number = documents.filter((each) => each.isRead).length;
      this.setStatus("done", { number, total: documents.length });
      const first = this.rows.querySelector("a");
      if (!number) this.button.focus();
      else if (documents.length > 1) first.focus();
      else location.assign(first.href);
    }

    async read(each) {
      try {
        if (each.file?.size > LIMITS.file || size(each.text ?? "") > LIMITS.text) {
          return this.reject(each.name, this.form.dataset.tooLarge);
        }
        const data = await send(this.form.action, this.dataFor(each));
        const rows = data.rows.map(element);
        this.rows.prepend(...rows);
        return rows.some((row) => row.querySelector("a"));
      } catch (error) {
        if (error instanceof SessionEnded) throw error;
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
      this.rows.prepend(row);
      return false;
    }

    reportError(message, field) {
      this.setStatus(message);
      this.form.elements[field].focus();
    }

    setStatus(key, values = {}) {
      const text = this.form.dataset[key];
      this.status.textContent = text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
    }

    setBusy(isBusy) {
      this.progress.hidden = !isBusy;
      this.progress.firstElementChild.value = 0;
      this.button.disabled = isBusy;
    }

    async createDraft(event) {
      const form = event.target;
      if (!form.matches("[data-create-draft]")) return;
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      try {
        const data = await send(form.action, new FormData(form));
        const row = element(data.rows[0]);
        form.closest("li").replaceWith(row);
        row.querySelector(".digest-import-row__actions a").focus();
      } catch (error) {
        button.disabled = false;
        if (error instanceof SessionEnded) showEnded(error, this.status)?.focus();
        else form.submit(); // the full page shows the errors
      }
    }
  }

  const form = document.getElementById("digest-import");
  if (form) new Import(form);
})();
