// Suggestions while a reader types: an editable combobox with a listbox, after
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/. Without this script the form searches.
import type { components } from "digest-client";

type Suggestion = components["schemas"]["Suggestion"];

const DELAY = 150; // milliseconds without a key

class Suggestions {
  private readonly list = make("ul", { role: "listbox", "aria-label": "Suggestions" });
  private readonly status = make("span", { role: "status", class: "digest-unseen" });
  private readonly form: HTMLFormElement;
  private readonly input: HTMLInputElement;
  private active: Element | undefined; // the option that the keys have chosen
  private listed = ""; // the text that the options are for
  private timer = 0;
  private asking = new AbortController();

  constructor(form: HTMLFormElement, input: HTMLInputElement) {
    this.form = form;
    this.input = input;
    this.list.id = `${input.id}-suggestions`;
    this.list.hidden = true;
    input.type = "text"; // a combobox is a text field: https://www.w3.org/TR/html-aria/#el-input-text
    input.enterKeyHint = "search";
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    input.after(this.list);
    form.append(this.status);
    this.listen();
  }

  private listen(): void {
    this.input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (this.press(event)) event.preventDefault();
    });
    this.input.addEventListener("input", () => {
      this.activate(undefined);
      clearTimeout(this.timer);
      if (this.input.value.trim()) this.timer = window.setTimeout(() => void this.ask(), DELAY);
      else this.close();
    });
    this.input.addEventListener("blur", () => this.close());
    this.form.addEventListener("submit", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
  }

  /** Return whether the key has done something here. */
  private press({ key, altKey }: KeyboardEvent): boolean {
    const isOpen = !this.list.hidden;
    if (key === "ArrowDown") isOpen ? this.move(1) : void this.open(altKey ? 0 : 1);
    else if (key === "ArrowUp" && altKey) this.close();
    else if (key === "ArrowUp") isOpen ? this.move(-1) : void this.open(-1);
    else if (key === "Escape") isOpen ? this.close() : this.clear();
    else if (key === "Enter" && this.active instanceof HTMLElement) this.active.click();
    else {
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) this.activate(undefined);
      return false;
    }
    return true;
  }

  private async open(step: number): Promise<void> {
    if (!this.input.value.trim()) return;
    if (this.listed !== this.input.value) await this.ask();
    else this.setOpen(this.list.children.length > 0);
    if (step) this.move(step);
  }

  /** After the last option comes the first. */
  private move(step: number): void {
    const options = [...this.list.children];
    if (this.list.hidden || !options.length) return;
    const before = this.active ? options.indexOf(this.active) : step > 0 ? -1 : 0;
    this.activate(options.at((before + step) % options.length));
  }

  private activate(option: Element | undefined): void {
    this.active?.setAttribute("aria-selected", "false");
    this.active = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private setOpen(isOpen: boolean): void {
    this.activate(undefined);
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  private close(): void {
    clearTimeout(this.timer);
    this.asking.abort();
    this.setOpen(false);
    this.status.textContent = "";
  }

  private clear(): void {
    this.close(); // what is being asked for, too
    this.input.value = this.listed = "";
    this.list.replaceChildren();
  }

  private async ask(): Promise<void> {
    this.asking.abort();
    const { signal } = (this.asking = new AbortController());
    const text = this.input.value;
    const { suggest = "", locale } = this.form.dataset;
    const query = new URLSearchParams({ q: text, ...(locale && { locale }) });
    try {
      const response = await fetch(`${suggest}?${query}`, { signal });
      const found: { suggestions: Suggestion[] } = response.ok ? await response.json() : { suggestions: [] };
      if (!signal.aborted) this.show(found.suggestions, text);
    } catch {
      if (!signal.aborted) this.close(); // the search does without
    }
  }

  private show(suggestions: Suggestion[], text: string): void {
    this.listed = text;
    this.list.replaceChildren(...suggestions.map((suggestion, place) => this.optionOf(suggestion, place)));
    this.setOpen(suggestions.length > 0);
    const count = suggestions.length || "No";
    this.status.textContent = `${count} ${count === 1 ? "suggestion" : "suggestions"}`;
  }

  private optionOf(suggestion: Suggestion, place: number): HTMLElement {
    const option = make("li", { id: `${this.list.id}-${place}`, role: "option", "aria-selected": "false" });
    option.append(marked(suggestion), " ", make("small", {}, kindOf(suggestion)));
    option.addEventListener("click", () => this.choose(suggestion));
    return option;
  }

  private choose({ url, text }: Suggestion): void {
    this.close();
    if (url) {
      const { pathname, hash } = new URL(url);
      window.location.assign(window.location.origin + pathname + hash);
    } else {
      this.input.value = text;
      this.form.requestSubmit();
    }
  }
}

function kindOf({ type, url }: Suggestion): string {
  if (type === "title") return url?.includes("#") ? "Story" : "Issue";
  return type === "tag" ? "Tag" : "";
}

/** Mark the matches, whose offsets count code points. */
function marked({ text, marks }: Suggestion): HTMLElement {
  const letters = Array.from(text);
  const line = make("span", {});
  let place = 0;
  for (const [start = 0, end = 0] of marks) {
    line.append(letters.slice(place, start).join(""), make("mark", {}, letters.slice(start, end).join("")));
    place = end;
  }
  line.append(letters.slice(place).join(""));
  return line;
}

function make(name: string, attributes: Record<string, string>, text = ""): HTMLElement {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-suggest]")) {
  const input = form.querySelector<HTMLInputElement>("[name=q]");
  if (input) new Suggestions(form, input);
}
