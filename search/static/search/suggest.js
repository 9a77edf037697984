// Suggestions while a reader types into a search form: an editable combobox with a listbox, as
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ has it.
{
  const DELAY = 150; // milliseconds without a key before the server is asked

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // A text with its marks, each from one place to another; places count code points.
  const marked = ({ text, marks }) => {
    const letters = Array.from(text);
    const part = (start, end) => letters.slice(start, end).join("");
    const line = make("span", {});
    let end = 0;
    for (const [first, last] of marks) {
      line.append(part(end, first), make("mark", {}, part(first, last)));
      end = last;
    }
    line.append(part(end));
    return line;
  };

  const enhance = (form, number) => {
    const input = form.elements.q;
    const words = form.dataset;
    const id = `suggestions-${number}`;
    const list = make("ul", { id, role: "listbox", "aria-label": words.name, hidden: "" });
    const status = make("span", { class: "digest-unseen", role: "status" });
    let active = null; // the option that the keys have chosen
    let listed = ""; // the text that the options are for
    let timer = 0;
    let asking = new AbortController();

    const setActive = (option) => {
      active?.setAttribute("aria-selected", "false");
      active = option;
      active?.setAttribute("aria-selected", "true");
      active?.scrollIntoView({ block: "nearest" });
      if (active) input.setAttribute("aria-activedescendant", active.id);
      else input.removeAttribute("aria-activedescendant");
    };

    const setOpen = (isOpen) => {
      setActive(null);
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
    };

    const close = () => {
      clearTimeout(timer);
      asking.abort();
      setOpen(false);
      status.textContent = "";
    };

    const choose = ({ url, text }) => {
      close();
      if (url) {
        // This site may be read at another address than the one it gives.
        const isHere = words.root && /^\/(?!\/)/.test(url.slice(words.root.length)) && url.startsWith(words.root);
        location.assign(isHere ? url.slice(words.root.length) : url);
      } else {
        input.value = text;
        form.requestSubmit();
      }
    };

    const kindOf = ({ type, url }) => {
      if (type === "tag") return words.tag;
      if (type === "title") return url.includes("#") ? words.story : words.issue;
      return "";
    };

    const toOption = (suggestion, place) => {
      const attributes = { id: `${id}-${place}`, role: "option", "aria-selected": "false" };
      const kind = make("small", {}, kindOf(suggestion));
      const option = make("li", attributes, marked(suggestion), " ", kind);
      option.addEventListener("click", () => choose(suggestion));
      return option;
    };

    const show = (suggestions, text) => {
      listed = text;
      list.replaceChildren(...suggestions.map(toOption));
      setOpen(suggestions.length > 0);
      const told = { 0: words.none, 1: words.one }[suggestions.length] ?? words.many;
      status.textContent = told.replace("#", suggestions.length);
    };

    const ask = async () => {
      asking.abort();
      asking = new AbortController();
      const { signal } = asking;
      const text = input.value;
      try {
        const query = new URLSearchParams({ q: text });
        if (words.locale) query.set("locale", words.locale);
        const response = await fetch(`${words.suggest}?${query}`, { signal });
        const suggestions = response.ok ? (await response.json()).suggestions : [];
        if (!signal.aborted) show(suggestions, text);
      } catch {
        if (!signal.aborted) close(); // The search does without.
      }
    };

    const open = (step) => {
      if (listed !== input.value) ask();
      else if (list.children.length) setOpen(true);
      if (step) move(step);
    };

    const move = (step) => {
      if (list.hidden) return;
      const options = [...list.children];
      const before = active ? options.indexOf(active) : step > 0 ? -1 : 0;
      // After the last one comes the first.
      setActive(options.at((before + step) % options.length));
    };

    const clear = () => {
      input.value = listed = "";
      list.replaceChildren();
    };

    // What a key does here; true where it does what it always does in a text, as well.
    const keys = {
      ArrowDown: ({ altKey }) => (list.hidden ? open(altKey ? 0 : 1) : move(1)),
      ArrowUp: ({ altKey }) => (altKey ? close() : list.hidden ? open(-1) : move(-1)),
      Enter: () => (active ? active.click() : true),
      Escape: () => (list.hidden ? clear() : close()),
    };
    for (const key of ["ArrowLeft", "ArrowRight", "Home", "End"]) {
      keys[key] = () => (setActive(null), true);
    }

    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (keys[event.key] && !keys[event.key](event)) event.preventDefault();
    });
    input.addEventListener("input", () => {
      setActive(null);
      clearTimeout(timer);
      if (input.value.trim()) timer = setTimeout(ask, DELAY);
      else close();
    });
    input.addEventListener("blur", close);
    form.addEventListener("submit", close);
    list.addEventListener("mousedown", (event) => event.preventDefault()); // The text stays in focus.

    // A combobox is a text field: https://www.w3.org/TR/html-aria/#el-input-text
    Object.assign(input, { type: "text", enterKeyHint: "search", autocomplete: "off" });
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", id);
    input.setAttribute("aria-expanded", "false");
    input.after(list);
    form.append(status);
  };

  // Once each, though the script stands below every form.
  for (const form of document.querySelectorAll("form[data-suggest]:not([data-number])")) {
    form.dataset.number = document.querySelectorAll("form[data-number]").length;
    if (form.dataset.suggest) enhance(form, form.dataset.number);
  }
}
