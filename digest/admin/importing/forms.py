"""Forms for uploading documents and for correcting the roles of their parts."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput
from wagtail.models import Page

from digest.admin.access import digests_with_permission
from digest.importing import Role
from digest.importing.documents import MAX_WORD_BYTES
from digest.importing.review.mapping import Mapping, new_links
from digest.importing.review.uploads import Upload
from digest.pages.page_models import get_issue_page_model

ROLE_LABELS = {
    _("Issue"): {
        Role.TITLE: _("Title of the issue"),
        Role.HEADLINE: _("Headline"),
        Role.SUMMARY: _("Summary"),
        Role.DATE: _("Date"),
        Role.TAG: _("Tags"),
        Role.BYLINE: _("Byline"),
        Role.SLUG: _("End of the URL (slug)"),
        Role.ISSUE_IMAGE: _("Image of the issue"),
        Role.BOTTOM_LINE: _("Bottom line"),
        Role.ISSUE_SOURCE: _("Source of the issue"),
        Role.UNPUBLISHED: _("Not to be published"),
    },
    _("Story"): {
        Role.STORY: _("Story: heading"),
        Role.BODY: _("Story: text"),
        Role.WHY_IT_MATTERS: _("Story: why it matters"),
        Role.STORY_SOURCE: _("Story: source"),
        Role.STORY_IMAGE: _("Story: image"),
        Role.UNKNOWN: _("Not understood, taken as text"),
    },
    _("Not in the draft"): {
        Role.BOILERPLATE: _("Left out"),
        Role.LABEL: _("A label, left out"),
        Role.COMMENT: _("A comment, left out"),
        Role.IMAGE: _("An image, left out"),
        Role.LEFT_OUT: _("Not understood, left out"),
    },
}
IMAGE_ROLES = (Role.ISSUE_IMAGE, Role.STORY_IMAGE, Role.IMAGE)
# Roles that only the reader assigns; they are choices of the parts that have them.
NOT_SELECTABLE = {*IMAGE_ROLES, Role.COMMENT, Role.LEFT_OUT, Role.UNKNOWN, Role.UNPUBLISHED}
MAX_LINK_FIELDS = 75  # of two values; with a field for each part, Django accepts no more
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

    digest = forms.ModelChoiceField(None, label=_("Digest"))
    text = forms.CharField(
        label=_("Paste a text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A published page, a Word or Google document, an e-mail, Markdown."),
    )
    html = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    files = MultipleFileField(
        label=_("Or choose files"),
        required=False,
        widget=MultipleFileInput(attrs={"accept": ACCEPTED}),
        help_text=_("Word (.docx), web pages (.html), mails (.eml), Markdown (.md), text (.txt)."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["digest"]
        field.queryset = digests_with_permission(user, "add")
        digests = list(field.queryset)
        if len(digests) == 1:
            field.initial, field.widget = digests[0], forms.HiddenInput()
        else:
            field.initial = last_digest(user, digests)

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
            # A text without a file name is HTML if it begins so.
            html = f"<!doctype html>{data['html']}"
            yield _now("Pasted text"), html.encode("utf-8", "replace")
        elif data["text"].strip():
            yield _now("Pasted text"), data["text"].encode("utf-8", "replace")
        for file in data["files"]:
            yield file.name, file.read(MAX_WORD_BYTES + 1)


def last_digest(user: Any, digests: list[Any]) -> Any:
    """Return the digest of the user's last document, or else of the last issue they created."""
    uploads = Upload.objects.uploaded_by(user).filter(digest__in=digests)
    if digest := uploads.values_list("digest", flat=True).first():
        return digest
    issues = get_issue_page_model().objects.filter(owner=user).order_by("-pk")
    path = issues.values_list("path", flat=True).first() or ""
    return next((digest for digest in digests if path.startswith(digest.path)), None)


class MappingForm(forms.Form):
    """Edit the roles of a document's parts, the issue's title and date, and what its links become.

    Title and date show those of the draft; they are stored where the editor changes them.
    """

    title = forms.CharField(label=_("Title"), required=False)
    date = forms.DateField(
        label=_("Date"),
        required=False,
        widget=AdminDateInput(attrs={"aria-describedby": "date-error date-note"}),
    )

    def __init__(self, *args: Any, mapping: Mapping, **kwargs: Any) -> None:
        draft = mapping.draft
        kwargs["initial"] = {f"role-{key}": role.name for key, role in mapping.roles.items()}
        kwargs["initial"] |= {"title": draft.title, "date": draft.date}
        super().__init__(*args, **kwargs)
        self.mapping = mapping
        field_for = cache(role_field)  # hundreds of parts share a few lists of choices
        for key, part in mapping.parsed_parts.items():
            read = part.role if part.role in NOT_SELECTABLE else None
            self.fields[f"role-{key}"] = field_for(read, is_image=part.is_image)
        stories = zip(mapping.story_keys, draft.stories, strict=True)
        linking = [(key, story) for key, story in stories if new_links(story)]
        for key, story in linking[:MAX_LINK_FIELDS]:
            # None if the story is new, and was not on the page that was sent.
            field = forms.NullBooleanField(widget=forms.HiddenInput, initial=bool(story.linked))
            self.fields[f"links-{key}"] = field

    def clean_title(self) -> str:
        title = self.cleaned_data["title"]
        longest = Page._meta.get_field("title").max_length
        if "title" in self.changed_data and len(title) > longest:
            raise forms.ValidationError(_now("At most %d characters.") % longest)
        return title

    def save(self) -> None:
        """Store the corrections; a field that was not sent stays as it is."""
        data, upload = self.cleaned_data, self.mapping.upload
        current = self.mapping.roles
        roles = {key: Role[data[f"role-{key}"] or role.name] for key, role in current.items()}
        changed = self.changed_data
        title = data["title"] if "title" in changed else upload.title
        date = data["date"] if "date" in changed else upload.date
        chosen = [n for n in changed if n.startswith("links-") and data[n] is not None]
        linked = {name.removeprefix("links-"): data[name] for name in chosen}
        self.mapping.correct(roles, title, date, linked)


def role_field(read: Role | None, *, is_image: bool) -> forms.ChoiceField:
    """Return the field for parts, with the role that was read if an editor may not choose it."""
    selectable = IMAGE_ROLES if is_image else {*Role} - NOT_SELECTABLE | {read}
    groups = [
        (group, [(role.name, label) for role, label in roles.items() if role in selectable])
        for group, roles in ROLE_LABELS.items()
    ]
    choices = [(group, choices) for group, choices in groups if choices]
    return forms.ChoiceField(label=_("Role"), choices=choices, required=False)
