"""The forms of an import of subscribers."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput

from digest.contrib.newsletter.models import SubscriberImport
from digest.contrib.newsletter.transfer.files import (
    ImportFileError,
    compress,
    first_row,
    kind_of,
    parts,
)
from digest.contrib.newsletter.transfer.formats import Column, Format, guess
from digest.contrib.newsletter.transfer.notes import MAX_LENGTH, validate_note
from digest.pages.page_models import get_digest_page_model

# The columns that are chosen by hand.
CHOSEN = {
    Column.ADDRESS: (_("Addresses"), _("The column with the e-mail addresses.")),
    Column.STATE: (
        _("State"),
        _(
            "Optional. Whoever has unsubscribed, was not reachable or has not confirmed there is "
            "not subscribed here."
        ),
    ),
    Column.CONFIRMED: (
        _("Subscribed on"),
        _("Optional. The date of the consent, such as 2024-01-31; without it, the current date."),
    ),
}


class UploadForm(forms.Form):
    """Take a file; its value is what is stored, and the kind of a file that Mailchimp has named."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.zip"}),
        help_text=_(
            "A CSV file or Mailchimp's ZIP archive, at most 50 MB. Exports of Ghost, Mailchimp, "
            "Buttondown, Substack and of this site are recognised; for others you choose the "
            "columns."
        ),
    )

    def clean_file(self) -> tuple[bytes, str]:
        file: UploadedFile = self.cleaned_data["file"]
        try:
            data = compress(file)
            for part in parts(data):
                first_row(part)
        except ImportFileError as error:
            raise forms.ValidationError(str(error)) from error
        return data, kind_of(file.name or "")


class DetailsForm(forms.Form):
    """Edit the digest and the note of an import, and the columns unless they are recognised."""

    digest = forms.ModelChoiceField(
        None, label=_("Digest"), help_text=_("What the readers have subscribed to.")
    )
    note = forms.CharField(
        label=_("Where does their consent come from?"),
        widget=AdminAutoHeightTextInput,
        max_length=MAX_LENGTH,
        validators=[validate_note],
        help_text=_(
            "For example: “Our list at Mailchimp, 2019 to 2026, each address confirmed.” It is "
            "kept with each subscription, as your proof of consent, and readers can see it."
        ),
    )

    def __init__(self, *args: Any, record: SubscriberImport, **kwargs: Any) -> None:
        digests = get_digest_page_model().objects.filter(alias_of=None).order_by("title")
        only = digests[0] if len(digests) == 1 else None
        kwargs["initial"] = {"digest": record.digest or only, "note": record.note}
        super().__init__(*args, **kwargs)
        self.record = record
        self.fields["digest"].queryset = digests
        if record.format == Format.OTHER:
            self._add_columns()

    def _add_columns(self) -> None:
        header = first_row(parts(bytes(self.record.file))[0])
        chosen = self.record.columns or guess(header)
        choices = [(str(number), _name(number, text)) for number, text in enumerate(header)]
        for column, (label, help_text) in CHOSEN.items():
            required = column == Column.ADDRESS
            self.fields[column.value] = forms.ChoiceField(
                label=label,
                help_text=help_text,
                choices=[("", "–"), *choices],
                required=required,
                initial=chosen.get(column),
            )

    def save(self) -> bool:
        """Have the file checked; False if the import has gone on since the form was loaded."""
        data, rows = self.cleaned_data, SubscriberImport.objects.exclude(file=b"")
        return bool(
            rows.filter(pk=self.record.pk, state__in=SubscriberImport.OPEN).update(
                digest=data["digest"],
                note=data["note"],
                columns={each.value: int(data[each]) for each in CHOSEN if data.get(each)},
                counts={},
                errors=[],
                rows_read=0,
                rows=None,
                state=SubscriberImport.State.CHECKING,
                reason="",
            )
        )


def _name(number: int, text: str) -> str:
    return text.strip()[:80] or str(_("Column %(number)d")) % {"number": number + 1}
