"""Files as other services export them, and helpers that import them."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from digest.contrib.newsletter.models import SubscriberImport
from digest.contrib.newsletter.transfer import importing, lines
from digest.contrib.newsletter.transfer.files import compress

GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,"
    "deleted_at,labels,tiers\r\n"
    "1,ann@example.org,Ann,,true,false,,2024-01-15T10:00:00.000Z,,,\r\n"
    "2,bea@example.org,Bea,,false,false,,2024-02-15T10:00:00.000Z,,,\r\n"
)
SUBSTACK = (
    "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
    "ann@example.org,false,,other,false,2024-01-15T10:00:00.000Z,\n"
    "bea@example.org,true,,yearly,true,2024-02-15T10:00:00.000Z,\n"
)
BUTTONDOWN = (
    "id,email,notes,metadata,tags,subscriber_type,source,creation_date,subscription_date\n"
    "1,ann@example.org,,{},,regular,api,2024-01-14 10:00:00+00:00,2024-01-15 10:00:00+00:00\n"
    "2,bea@example.org,,{},,unsubscribed,api,2024-02-15 10:00:00+00:00,\n"
    "3,cat@example.org,,{},,undeliverable,api,2024-02-15 10:00:00+00:00,\n"
    "4,dot@example.org,,{},,unactivated,api,2024-02-15 10:00:00+00:00,\n"
)
MAILCHIMP = '"Email Address","First Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,{}LEID,EUID,NOTES\n'


def mailchimp(address: str, extra: str = "", value: str = "") -> str:
    row = f'{address},Name,2,"2024-01-14 10:00:00","2024-01-15 10:00:00",{value}1,a,\n'
    return MAILCHIMP.format(extra) + row


def archive(**files: str) -> bytes:
    """Return a ZIP file as Mailchimp makes it, with a CSV file of each kind."""
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as written:
        for kind, text in files.items():
            written.writestr(f"{kind}_email_audience_export_1a2b.csv", text)
    return output.getvalue()


MAILCHIMP_ZIP = archive(
    subscribed=mailchimp("ann@example.org"),
    unsubscribed=mailchimp("bea@example.org", "UNSUB_TIME,", '"2024-03-15 10:00:00",'),
    cleaned=mailchimp("cat@example.org", "CLEAN_TIME,", '"2024-03-15 10:00:00",'),
    nonsubscribed=mailchimp("dot@example.org"),
)


# By the name of their format
EXPORTS = {
    "ghost": GHOST,
    "substack": SUBSTACK,
    "buttondown": BUTTONDOWN,
    "mailchimp": MAILCHIMP_ZIP,
}


def upload(digest: Any, content: str | bytes, **fields: Any) -> SubscriberImport:
    """Make the row of an upload."""
    data = content.encode() if isinstance(content, str) else content
    stored = compress(BytesIO(data))
    fields = {"note": "A list of ours", "format": lines.recognised_format(stored)} | fields
    return SubscriberImport.objects.create(digest=digest, file=stored, **fields)


def import_file(digest: Any, content: str | bytes, **fields: Any) -> SubscriberImport:
    """Import a file, and return its row."""
    record = upload(digest, content, state="importing", **fields)
    importing.run()
    record.refresh_from_db()
    return record
