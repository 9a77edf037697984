// Keeps line breaks out of fields for a text of one line that wraps, such as titles and headings.
(() => {
  const isOneLine = (field) => field.matches?.("textarea[data-digest-one-line]");
  const join = (text) => text.replace(/\s*[\r\n]+\s*/g, " ");

  document.addEventListener("beforeinput", (event) => {
    const isBreak = ["insertLineBreak", "insertParagraph"].includes(event.inputType);
    if (isBreak && isOneLine(event.target)) event.preventDefault();
  });

  // A text that is pasted or dropped; before other listeners read the field.
  document.addEventListener(
    "input",
    ({ target: field }) => {
      if (!isOneLine(field) || !/[\r\n]/.test(field.value)) return;
      const { value, selectionEnd } = field;
      const cursor = join(value.slice(0, selectionEnd)).length;
      field.value = join(value);
      field.setSelectionRange(cursor, cursor);
    },
    { capture: true },
  );
})();
