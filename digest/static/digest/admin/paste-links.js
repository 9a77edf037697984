// The field “Paste links” above a list of sources. Each link becomes an item at once, and its title,
// publisher, author and date are filled in when its page has been read, except where the editor has
// typed meanwhile.
(() => {
  const { ListBlockDefinition } = window.wagtailStreamField.blocks;
  const { button } = window.digestDesk;

  const post = async (url, fields) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams([["csrfmiddlewaretoken", token], ...fields]);
    const headers = { "X-Requested-With": "XMLHttpRequest" }; // No redirect to the sign-in page.
    const response = await fetch(url, { method: "POST", body, headers });
    return response.json();
  };

  const paragraph = (className, text = "") => {
    const element = document.createElement("p");
    return Object.assign(element, { className, textContent: text });
  };

  // The text of a page or a document, with the URLs of its links in their places.
  const textOf = (data) => {
    const { body } = new DOMParser().parseFromString(data.getData("text/html"), "text/html");
    body.querySelectorAll("script, style").forEach((element) => element.remove());
    body.querySelectorAll("a[href]").forEach((link) => link.prepend(` ${link.getAttribute("href")} `));
    const texts = [];
    const nodes = document.createNodeIterator(body, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) texts.push(node.data);
    return texts.join("\n").trim() || data.getData("text/plain");
  };

  // An item whose page is being read: fills in what is still as it was added.
  class LinkedItem {
    constructor(child, added, texts) {
      Object.assign(this, { child, added, texts });
      this.note = paragraph("digest-source-note");
      this.note.setAttribute("role", "status");
      child.element.querySelector("[data-panel] > .w-panel__header").after(this.note);
    }

    get isCurrent() {
      const { child, added } = this;
      return child.sequence.children.includes(child) && child.block.childBlocks.url.getState() === added.url;
    }

    show(text, state) {
      this.note.textContent = text;
      this.note.dataset.state = state;
    }

    fail(text, retry) {
      this.show(text, "error");
      this.note.append(" ", button(this.texts.retry, "button button-small button-secondary", () => {
        this.note.closest("[data-panel]").querySelector("[data-panel-toggle]").focus();
        retry();
      }));
    }

    fill({ source, note }) {
      Object.entries(this.child.block.childBlocks).forEach(([name, field]) => {
        const isUntouched = (field.getState() ?? "") === (this.added[name] ?? "");
        const isInUse = this.fieldElement(name)?.contains(document.activeElement);
        if (source[name] && isUntouched && !isInUse && name !== "url") field.setState(source[name]);
      });
      this.child.titleElement.text(this.child.getTextLabel({ maxLength: 70 }));
      this.show(note, "read");
    }

    fieldElement(name) {
      return this.child.element.querySelector(`[data-contentpath="${name}"]`);
    }
  }

  // Reads the pages of all lists, a few at a time.
  class PageQueue {
    items = [];

    async add(items, options) {
      items.forEach((item) => item.show(options.fetching, "fetching"));
      this.items.push(...items);
      if (this.isBusy) return;
      this.isBusy = true;
      while (this.items.length) await this.read(this.items.splice(0, options.maxPages), options);
      this.isBusy = false;
    }

    async read(items, options) {
      const retry = (item) => () => this.add([item], options);
      const { pages, error } = await post(
        options.pagesUrl,
        items.map(({ added }) => ["url", added.url]),
      ).catch(() => ({ error: options.failed }));
      items.forEach((item, place) => {
        if (!item.isCurrent) item.note.remove();
        else if (pages?.[place].source) item.fill(pages[place]);
        else item.fail(pages?.[place].error ?? error, retry(item));
      });
    }
  }

  const queue = new PageQueue();

  class PasteField {
    constructor(list, prefix) {
      this.list = list;
      this.options = list.blockDef.meta.pasteLinks;
      this.adding = Promise.resolve();
      this.render(`${prefix}-paste-links`);
    }

    render(id) {
      const { label, help, add } = this.options;
      const element = document.createElement("div");
      element.className = "digest-paste-links";
      element.innerHTML = `
        <label class="w-field__label" for="${id}"></label>
        <div class="digest-paste-links__row">
          <textarea id="${id}" rows="1" data-digest-paste-links aria-describedby="${id}-help"></textarea>
        </div>
        <p class="help" id="${id}-help"></p>`;
      element.querySelector("label").textContent = label;
      element.querySelector(".help").textContent = help;
      this.field = element.querySelector("textarea");
      this.field.after(button(add, "button button-secondary", () => this.take(this.field.value)));
      this.status = paragraph("digest-paste-links__status");
      this.status.setAttribute("role", "status");
      element.append(this.status);
      this.field.addEventListener("paste", (event) => this.onTransfer(event, event.clipboardData));
      this.field.addEventListener("drop", (event) => this.onTransfer(event, event.dataTransfer));
      this.field.addEventListener("keydown", (event) => this.onKey(event));
      this.list.container.prepend(element);
    }

    onTransfer(event, data) {
      event.preventDefault();
      this.take(textOf(data));
    }

    onKey(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault(); // The form would be submitted.
      this.take(this.field.value);
    }

    // One text after the other, so that each is compared with the links of those before.
    take(text) {
      this.adding = this.adding.then(() => this.add(text));
    }

    async add(text) {
      const known = this.list.children.map(({ block }) => block.childBlocks.url.getState() ?? "");
      this.field.value = text; // Kept if it cannot be added.
      this.status.textContent = this.options.adding;
      const { sources, message, error } = await post(this.options.linksUrl, [
        ["text", text],
        ...known.map((url) => ["known", url]),
      ]).catch(() => ({ error: this.options.failed }));
      this.status.textContent = message ?? error;
      if (!sources?.length) return;
      this.field.value = "";
      queue.add(sources.map((source) => this.insert(source)), this.options);
    }

    insert({ id, value }) {
      const isBlank = ({ block }) => !Object.values(block.getState()).some(Boolean);
      const blank = this.list.children.find(isBlank);
      blank?.block.setState(value);
      const end = this.list.children.length;
      const child = blank ?? this.list.insert(value, end, { id, collapsed: true });
      return new LinkedItem(child, value, this.options);
    }
  }

  class SourceListDefinition extends ListBlockDefinition {
    render(placeholder, prefix, ...state) {
      const list = super.render(placeholder, prefix, ...state);
      new PasteField(list, prefix);
      return list;
    }
  }

  window.telepath.register("digest.blocks.SourceList", SourceListDefinition);
})();
