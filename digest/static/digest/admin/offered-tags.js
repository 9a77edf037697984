/* Buttons below the tags field: toggle a tag of the last issue. */
(() => {
  const { Controller } = window.StimulusModule;

  class OfferedTagsController extends Controller {
    static targets = ['tag'];
    static values = { field: String };

    connect() {
      // Wagtail's tag field is a jQuery widget; its events reach only jQuery listeners.
      this.field = window.jQuery(document.getElementById(this.fieldValue));
      this.show = () => {
        const names = this.field.val().split('\t');
        this.tagTargets.forEach((tag) => {
          tag.setAttribute('aria-pressed', String(names.includes(tag.value)));
        });
      };
      this.field.on('change', this.show);
      this.show();
    }

    disconnect() {
      this.field.off('change', this.show);
    }

    toggle({ currentTarget: tag }) {
      if (tag.getAttribute('aria-pressed') === 'false') {
        this.field.tagit('createTag', tag.value);
      } else {
        this.field.tagit('removeTagByLabel', tag.value, false);
      }
    }
  }

  window.wagtail.app.register('digest-offered-tags', OfferedTagsController);
})();
