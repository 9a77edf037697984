// Changes to Wagtail's rich text fields: a pasted table becomes a line per row, since the fields have
// no tables, and the dialog for a new link begins with the URL of an external page.
(() => {
  const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, li, ul, ol, br";
  const unwrap = (element) => element.replaceWith(...element.childNodes, " ");

  const cellNodes = (cell) => {
    [...cell.querySelectorAll(BLOCKS)].reverse().forEach(unwrap);
    return [...cell.childNodes];
  };

  // A row of a single cell, as in the layout of mails, has no words to keep apart.
  const lineOf = (row) => {
    const cells = [...row.cells].filter((cell) => cell.textContent.trim());
    const isLayout = cells.length === 1 && cells[0].querySelector(BLOCKS);
    const line = document.createElement(isLayout ? "div" : "p");
    if (isLayout) line.append(...cells[0].childNodes);
    else cells.forEach((cell, place) => line.append(place ? " | " : "", ...cellNodes(cell)));
    line.innerHTML = line.innerHTML.replace(/\s+/g, " ").trim();
    return line;
  };

  const withoutTables = (html) => {
    const { body } = new DOMParser().parseFromString(html, "text/html");
    const tables = [...body.querySelectorAll("table")].reverse(); // inner ones first
    tables.forEach((table) => table.replaceWith(...[...table.rows].map(lineOf)));
    return body.innerHTML;
  };

  // The changed text is pasted instead, so that it is handled as any other.
  const onPaste = (event) => {
    const html = event.clipboardData?.getData("text/html") ?? "";
    const isRichText = event.target.closest?.(".Draftail-Editor");
    if (!isRichText || !/<table/i.test(html)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", event.clipboardData.getData("text/plain"));
    clipboardData.setData("text/html", withoutTables(html));
    const options = { bubbles: true, cancelable: true, clipboardData };
    event.target.dispatchEvent(new ClipboardEvent("paste", options));
  };

  document.addEventListener("paste", onPaste, { capture: true });

  const source = window.draftail?.LinkModalWorkflowSource.prototype;
  if (!source) return;
  const { getChooserConfig } = source;

  const focusUrl = (handlers) => ({
    ...handlers,
    external_link: (modal, data) => {
      handlers.external_link(modal, data);
      const focus = () => modal.body.find("input[name$='url']").get(0)?.focus();
      focus();
      modal.container.one("shown.bs.modal", focus); // The dialog itself has the focus until then.
    },
  });

  source.getChooserConfig = function getConfig(entity, text) {
    const config = getChooserConfig.call(this, entity, text);
    const url = entity ? config.url : this.props.entityType.chooserUrls.externalLinkChooser;
    return { ...config, url, onload: focusUrl(config.onload) };
  };
})();
