"""Forms for uploading documents and for correcting the roles of their parts."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from digest.admin.access import digests_with_permission
from digest.importing import Part, Role
from digest.importing.documents import MAX_WORD_BYTES
from digest.importing.review.mapping import Mapping

ROLE_LABELS = {
    Role.TITLE: _("Title of the issue"),
    Role.HEADLINE: _("Headline"),
    Role.BYLINE: _("Byline"),
    Role.SLUG: _("Slug"),
    Role.DATE: _("Date"),
    Role.TAG: _("Tag"),
    Role.ISSUE_IMAGE: _("Image of the issue"),
    Role.STORY_IMAGE: _("Image of the story"),
    Role.IMAGE: _("Image (not imported)"),
    Role.SUMMARY: _("Summary"),
    Role.STORY: _("Story: heading"),
    Role.BODY: _("Story: text"),
    Role.WHY_IT_MATTERS: _("Story: why it matters"),
    Role.STORY_SOURCE: _("Story: source"),
    Role.BOTTOM_LINE: _("Bottom line"),
    Role.ISSUE_SOURCE: _("Source of the issue"),
    Role.LABEL: _("Label (not in the text)"),
    Role.BOILERPLATE: _("Left out"),
    Role.COMMENT: _("Comment (left out)"),
    Role.UNKNOWN: _("Not understood"),
    Role.LEFT_OUT: _("Not understood, left out"),
    Role.UNPUBLISHED: _("Not published"),
}
IMAGE_ROLES = (Role.ISSUE_IMAGE, Role.STORY_IMAGE, Role.IMAGE)
# Roles that only the reader assigns; they are choices of the parts that have them.
NOT_SELECTABLE = {*IMAGE_ROLES, Role.COMMENT, Role.LEFT_OUT, Role.UNKNOWN, Role.UNPUBLISHED}
MAX_FILES = 20  # per request; import.js sends one request per file
ACCEPTED = ".txt,.text,.md,.markdown,.mdown,.mkd,.html,.htm,.xhtml,.docx,.eml"


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Accept up to ``MAX_FILES`` files."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        # Empty files are reported when they are read, with their names.
        files = [file for file in data or [] if file]
        if len(files) > MAX_FILES:
            message = _now("At most %(number)d files at once.") % {"number": MAX_FILES}
            raise forms.ValidationError(message)
        return files


class ImportForm(forms.Form):
    """Accept pasted text and files for a digest."""

    digest = forms.ModelChoiceField(
        None, label=_("Digest"), help_text=_("The drafts are created in this digest.")
    )
    text = forms.CharField(
        label=_("Paste a text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("A published page, a Word or Google document, an e-mail, Markdown."),
    )
    html = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    files = MultipleFileField(
        label=_("Or choose files"),
        required=False,
        widget=MultipleFileInput(attrs={"accept": ACCEPTED}),
        help_text=_(
            "Word (.docx), saved web pages (.html) and mails (.eml), Markdown (.md), text (.txt)."
        ),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["digest"]
        field.queryset = digests_with_permission(user, "add")
        if len(field.queryset) == 1:
            field.initial = field.queryset[0]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        has_document = (data.get("text") or "").strip() or data.get("html") or data.get("files")
        if not has_document and not self.errors:
            self.add_error("text", _now("Paste a text or choose a file."))
        return data

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and bytes of each document; read files up to one byte over the limit."""
        data = self.cleaned_data
        if data["html"]:
            yield f"{_now('Pasted text')}.html", data["html"].encode("utf-8", "replace")
        elif data["text"].strip():
            yield f"{_now('Pasted text')}.txt", data["text"].encode("utf-8", "replace")
        for file in data["files"]:
            yield file.name, file.read(MAX_WORD_BYTES + 1)


class MappingForm(forms.Form):
    """Edit the roles of a document's parts, and the issue's title and date."""

    title = forms.CharField(
        label=_("Title"),
        max_length=255,
        required=False,
        help_text=_("Required if the document has none; overrides the one in the document."),
    )
    date = forms.DateField(
        label=_("Date"),
        required=False,
        widget=AdminDateInput,
        help_text=_("Required if the document has none; overrides the one in the document."),
    )

    def __init__(self, *args: Any, mapping: Mapping, **kwargs: Any) -> None:
        upload = mapping.upload
        kwargs["initial"] = {"title": upload.title, "date": upload.date}
        super().__init__(*args, **kwargs)
        self.mapping = mapping
        for number, (part, role) in enumerate(
            zip(mapping.parsed_parts, mapping.roles, strict=True)
        ):
            self.fields[f"role-{number}"] = forms.ChoiceField(
                label=_("Role"),
                choices=choices_for(part),
                initial=role.name,
                widget=forms.Select(attrs={"aria-describedby": f"part-{number}-text"}),
            )

    @cached_property
    def role_fields(self) -> list[forms.BoundField]:
        """Return the role field of each part, in document order."""
        return [self[f"role-{number}"] for number in range(len(self.mapping.parsed_parts))]

    def save(self) -> None:
        data = self.cleaned_data
        roles = {n: Role[data[f"role-{n}"]] for n in range(len(self.mapping.parsed_parts))}
        self.mapping.correct(roles, data["title"], data["date"])


def choices_for(part: Part) -> list[tuple[str, Any]]:
    """Return the choices for a part, with the role that was read."""
    if part.is_image:
        return [(role.name, ROLE_LABELS[role]) for role in IMAGE_ROLES]
    return [
        (role.name, label)
        for role, label in ROLE_LABELS.items()
        if role is part.role or role not in NOT_SELECTABLE
    ]
