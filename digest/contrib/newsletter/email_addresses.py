"""Validate e-mail addresses, find those of one mailbox, and hide them."""

import re
from typing import NamedTuple

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 254  # RFC 5321, as corrected by erratum 1690 of RFC 3696
IN_TEXT = re.compile(r"[^\s<>@]+@[^\s<>@]+")
GMAIL = {"gmail.com", "googlemail.com"}


class InvalidAddress(ValueError):
    """The text is no address that mail can be sent to; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Address(NamedTuple):
    """An e-mail address, with the key by which it is unique and the bucket that limits count."""

    address: str
    key: str
    bucket: str


def parse(text: str) -> Address:
    """Return the address; its domain is in lower-case ASCII. Raise InvalidAddress otherwise."""
    text = text.strip(" ")
    if len(text) > MAX_LENGTH:  # before the validator, whose time grows with the length
        raise InvalidAddress("max_length", _("This address is too long."))
    local_part, _at, domain = text.rpartition("@")
    if not local_part.isascii():
        raise InvalidAddress("non_ascii", _("Letters before the @ must be ASCII."))
    if "=?" in local_part:
        # Django 5.2 decodes "=?utf-8?q?reader?=", so it would send to another address, which may
        # have asked for no mail.
        raise InvalidAddress("invalid", _("Enter a valid e-mail address."))
    try:
        found = validate_email(text, strict=True, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidAddress("invalid", _("Enter a valid e-mail address.")) from error
    local_part, domain = found.local_part, found.ascii_domain.lower()
    address = f"{local_part}@{domain}"
    return Address(address, address.lower(), _bucket(local_part, domain))


def _bucket(local_part: str, domain: str) -> str:
    """Return what all addresses of a mailbox share: no ``+tag``, and at Gmail no dots."""
    name = local_part.lower().partition("+")[0]
    if domain in GMAIL:
        name, domain = name.replace(".", ""), "gmail.com"
    return f"{name}@{domain}"


def mask(address: str) -> str:
    """Return an address that its owner recognises and nobody else: ``r•••r@example.com``."""
    local_part, _at, domain = address.rpartition("@")
    last = local_part[-1] if len(local_part) > 2 else ""
    return f"{local_part[0]}•••{last}@{domain}"


def readable(address: str) -> str:
    """Return an address, with its domain in Unicode if it has letters that are not ASCII."""
    if "xn--" not in address:
        return address
    try:
        found = validate_email(address, strict=True, check_deliverability=False)
    except EmailNotValidError:
        return address
    return f"{address} ({found.domain})"


def is_in(text: str) -> bool:
    """Return whether a text has something like an e-mail address."""
    return IN_TEXT.search(text) is not None


def without_addresses(text: str) -> str:
    """Return a text that can be stored: addresses in it would outlive their erasure."""
    return IN_TEXT.sub("…", text)
