"""The note of an import, which outlives the erasure of its readers."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from digest.contrib.newsletter import email_addresses

MAX_LENGTH = 1000


def validate_note(note: str) -> None:
    """Raise ValidationError if the note is empty, too long or has an e-mail address."""
    if not note.strip():
        raise ValidationError(_("Say where the consent of these readers comes from."))
    if len(note) > MAX_LENGTH:
        raise ValidationError(_("This note is too long: at most 1,000 characters."))
    if "\0" in note:
        raise ValidationError(_("Use letters, digits and punctuation only."))
    if email_addresses.is_in(note):
        raise ValidationError(
            _("Write no e-mail address: the note stays when its reader is erased.")
        )
