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
      this.update = (event) => {
        if (event.isTrusted && event.target === this.slug) this.replaced = undefined;
        this.show();
      };
      this.onSaved = () => this.restore();
      ["input", "change"].forEach((type) => {
        this.date.addEventListener(type, this.update);
        this.slug.addEventListener(type, this.update);
      });
      document.addEventListener("w-autosave:success", this.onSaved);
      this.show();
    }

    disconnect() {
      document.removeEventListener("w-autosave:success", this.onSaved);
    }

    // The response to an autosave sets the slug to what was sent, before the button was chosen.
    restore() {
      if (this.slug.value === this.replaced) this.setSlug(this.chosen);
      else this.replaced = undefined;
      this.show();
    }

    setSlug(slug) {
      this.slug.value = slug;
      ["input", "change"].forEach((type) => {
        this.slug.dispatchEvent(new Event(type, { bubbles: true }));
      });
    }

    // A slug that is no date was chosen by an editor, and belongs to no date.
    stays() {
      const [date, slug] = [this.date.value, this.slug.value];
      return DATED.test(slug) && isDate(date) && !`${slug}-`.startsWith(`${date}-`);
    }

    show() {
      const stays = this.stays();
      this.element.hidden = !stays && !this.former;
      const text = (stays ? this.staysValue : this.changesValue)
        .replace("{slug}", this.slug.value)
        .replace("{former}", this.former);
      if (this.textTarget.textContent !== text) this.textTarget.textContent = text;
      this.buttonTarget.textContent = stays ? this.changeValue : this.keepValue;
    }

    toggle() {
      this.replaced = this.slug.value;
      this.chosen = this.stays() ? this.date.value : this.former;
      this.former ??= this.replaced;
      if (this.chosen === this.former) this.former = undefined;
      this.setSlug(this.chosen);
    }
  }

  window.wagtail.app.register("digest-issue-url", IssueUrlController);
})();
