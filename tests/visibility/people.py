"""Test clients: anonymous, an editor, one with all passwords, and one with an invalid token."""

from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import PageViewRestriction

from tests.builders import restrict

OWNER = "unsaidowner"


def superuser():
    """Return the superuser who owns the pages; name and e-mail address must not be public."""
    user, _made = get_user_model().objects.get_or_create(
        username=OWNER,
        defaults={
            "email": f"{OWNER}@unsaid.example",
            "first_name": "Unsaidfirst",
            "last_name": "Unsaidlast",
            "is_superuser": True,
            "is_staff": True,
        },
    )
    return user


def restrict_by_password(page):
    """Restrict a page by a password."""
    restriction = restrict(page, PageViewRestriction.PASSWORD)
    restriction.password = "unsaidpassword"
    restriction.save()
    return restriction


def anonymous():
    return Client()


def editor():
    client = Client()
    client.force_login(superuser())
    return client


def with_passwords():
    """Return a client that has entered every password."""
    client = Client()
    session = client.session
    rows = PageViewRestriction.objects.filter(restriction_type=PageViewRestriction.PASSWORD)
    session[PageViewRestriction.passed_view_restrictions_session_key] = list(
        rows.values_list("pk", flat=True)
    )
    session.save()
    return client


def with_a_bad_token():
    return Client(headers={"authorization": "Bearer wrong"})


VISITORS = [editor, with_passwords, with_a_bad_token]
