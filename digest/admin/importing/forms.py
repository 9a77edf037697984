"""The forms of the import: what is brought, and what its parts are."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from digest.admin.access import digests_for
from digest.importing import Role
from digest.importing.documents import MAX_WORD_BYTES
from digest.importing.review.mapping import Mapping

ROLE_LABELS = {
    Role.TITLE: _("Title of the issue"),
    Role.HEADLINE: _("Headline"),
    Role.SLUG: _("Slug"),
    Role.DATE: _("Date"),
    Role.TAG: _("Tag"),
    Role.IMAGE: _("Image (not imported)"),
    Role.SUMMARY: _("Summary"),
    Role.STORY: _("Story: heading"),
    Role.BODY: _("Story: text"),
    Role.WHY_IT_MATTERS: _("Story: why it matters"),
    Role.STORY_SOURCE: _("Story: source"),
    Role.BOTTOM_LINE: _("Bottom line"),
    Role.ISSUE_SOURCE: _("Source of the issue"),
    Role.LABEL: _("Label (not in the text)"),
    Role.FURNITURE: _("Left out"),
    Role.UNKNOWN: _("Not understood"),
    Role.LEFT_OUT: _("Not understood, left out"),
}
# An editor gives no part these; a part that was read as one may stay it.
NOT_OFFERED = {Role.IMAGE, Role.LEFT_OUT, Role.UNKNOWN}
MAX_FILES = 20  # in one request; the script of the screen sends each in one of its own
ACCEPTED = ".txt,.text,.md,.markdown,.mdown,.mkd,.html,.htm,.xhtml,.docx"


class SeveralFilesInput(forms.ClearableFileInput):
    """A field for files that takes more than one."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files; an empty one is refused later, by name and with the others."""
        files = [file for file in data or [] if file]
        if len(files) > MAX_FILES:
            message = _now("At most %(number)d files at once.") % {"number": MAX_FILES}
            raise forms.ValidationError(message)
        return files


class ImportForm(forms.Form):
    """A digest, and documents for it: pasted, as files, or both."""

    digest = forms.ModelChoiceField(
        None, label=_("Digest"), help_text=_("The drafts are made below it.")
    )
    text = forms.CharField(
        label=_("Paste a text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("A published page, a Word or Google document, an e-mail, Markdown."),
    )
    html = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    files = SeveralFilesField(
        label=_("Or choose files"),
        required=False,
        widget=SeveralFilesInput(attrs={"accept": ACCEPTED}),
        help_text=_("Word (.docx), saved web pages (.html), Markdown (.md) and text (.txt)."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["digest"]
        field.queryset = digests_for(user, "add")
        if len(field.queryset) == 1:
            field.initial = field.queryset[0]

    def clean(self) -> dict[str, Any]:
        """Something has to be there."""
        data = super().clean()
        brought = (data.get("text") or "").strip() or data.get("html") or data.get("files")
        if not brought and not self.errors:
            self.add_error("text", _now("Paste a text or choose a file."))
        return data

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each document; of a file that is too large no more than shows it."""
        data = self.cleaned_data
        if data["html"]:
            yield f"{_now('Pasted text')}.html", data["html"].encode("utf-8", "replace")
        elif data["text"].strip():
            yield f"{_now('Pasted text')}.txt", data["text"].encode("utf-8", "replace")
        for file in data["files"]:
            yield file.name, file.read(MAX_WORD_BYTES + 1)


class MappingForm(forms.Form):
    """The role of each part of a document; title and date where the document has none."""

    title = forms.CharField(
        label=_("Title"),
        max_length=255,
        required=False,
        help_text=_("Needed where the document has none. It goes before what the document says."),
    )
    date = forms.DateField(
        label=_("Date"),
        required=False,
        widget=AdminDateInput,
        help_text=_("Needed where the document has none. It goes before what the document says."),
    )

    def __init__(self, *args: Any, mapping: Mapping, **kwargs: Any) -> None:
        upload = mapping.upload
        kwargs["initial"] = {"title": upload.title, "date": upload.date}
        super().__init__(*args, **kwargs)
        self.mapping = mapping
        for number, (part, role) in enumerate(zip(mapping.as_read, mapping.roles, strict=True)):
            self.fields[f"role-{number}"] = forms.ChoiceField(
                label=_("Role"),
                choices=choices_for(part.role),
                initial=role.name,
                widget=forms.Select(attrs={"aria-describedby": f"part-{number}-text"}),
            )

    @cached_property
    def role_fields(self) -> list[forms.BoundField]:
        """The field of each part, in the order of the document."""
        return [self[f"role-{number}"] for number in range(len(self.mapping.as_read))]

    def save(self) -> None:
        """Keep what was corrected."""
        data = self.cleaned_data
        roles = {n: Role[data[f"role-{n}"]] for n in range(len(self.mapping.as_read))}
        self.mapping.correct(roles, data["title"], data["date"])


def choices_for(read: Role) -> list[tuple[str, Any]]:
    """The roles that a part may have."""
    return [
        (role.name, label)
        for role, label in ROLE_LABELS.items()
        if role is read or role not in NOT_OFFERED
    ]
