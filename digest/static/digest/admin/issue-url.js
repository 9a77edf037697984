// Below the date of an issue that has been published: says that the URL stays when the date
// changes, and offers to change it too. The slug is a field in another tab of the form.
(() => {
  const DATED = /^\d{4}-\d{1,2}-\d{1,2}(-\d+)?$/;
  const isDate = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text);

  class IssueUrlController extends window.StimulusModule.Controller {
    static targets = ["text", "button"];
    static values = { date: String, slug: String, stays: String, change: String, changes: String, keep: String };

    connect() {
      this.date = document.getElementById(this.dateValue);
      this.slug = document.getElementById(this.slugValue);
      if (!this.date || !this.slug) return;
      this.update = () => this.show();
      ["input", "change"].forEach((type) => {
        this.date.addEventListener(type, this.update);
        this.slug.addEventListener(type, this.update);
      });
      document.addEventListener("w-autosave:success", this.update); // It can change the slug.
      this.show();
    }

    disconnect() {
      document.removeEventListener("w-autosave:success", this.update);
    }

    // A slug that is no date was chosen by an editor, and belongs to no date.
    show() {
      const slug = this.slug.value;
      const stays = DATED.test(slug) && isDate(this.date.value) && !`${slug}-`.startsWith(`${this.date.value}-`);
      this.element.hidden = !stays && !this.former;
      if (stays) this.former = undefined;
      const text = (stays ? this.staysValue : this.changesValue)
        .replace("{slug}", slug)
        .replace("{former}", this.former);
      if (this.textTarget.textContent !== text) this.textTarget.textContent = text;
      this.buttonTarget.textContent = stays ? this.changeValue : this.keepValue;
    }

    toggle() {
      const former = this.former;
      this.former = former ? undefined : this.slug.value;
      this.slug.value = former ?? this.date.value;
      ["input", "change"].forEach((type) => {
        this.slug.dispatchEvent(new Event(type, { bubbles: true }));
      });
    }
  }

  window.wagtail.app.register("digest-issue-url", IssueUrlController);
})();
