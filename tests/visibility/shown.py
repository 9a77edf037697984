"""States in which every reader sees an issue; functions as in ``tests.visibility.hidden``."""

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction, Revision

from tests.builders import expire, make_digest, restrict
from tests.visibility import images
from tests.visibility.builders import (
    WORD,
    change,
    fresh,
    make_alias,
    make_issue,
    make_source,
    move_and_rename,
    tomorrow,
    yesterday,
)


def live(home, digest, word=WORD):  # 1
    return make_issue(digest, word)


def below_an_unpublished_digest(home, digest, word=WORD):  # 5
    issue = make_issue(digest, word)
    digest.unpublish()
    return issue


def below_an_expired_digest(home, digest, word=WORD):
    issue = make_issue(digest, word)
    expire(digest)
    return issue


def live_with_a_newer_draft(home, digest, word=WORD):  # 6
    issue = make_issue(digest, word)
    change(issue, word)
    issue.save_revision()
    return fresh(issue)


def live_with_a_scheduled_change(home, digest, word=WORD):  # 8
    issue = make_issue(digest, word)
    change(issue, word)
    issue.go_live_at = tomorrow()
    issue.save_revision().publish()
    return fresh(issue)


def live_with_a_change_that_is_due(home, digest, word=WORD):  # 9
    issue = live_with_a_scheduled_change(home, digest, word)
    Revision.objects.for_instance(issue).exclude(approved_go_live_at=None).update(
        approved_go_live_at=yesterday()
    )
    return issue


def with_an_open_restriction(home, digest, word=WORD):  # 16
    issue = make_issue(digest, word)
    restrict(issue, PageViewRestriction.NONE)
    return issue


def alias(home, digest, word=WORD):  # 17
    return make_alias(home, make_source(digest, word), word)


def alias_of_a_page_no_longer_private(home, digest, word=WORD):  # 19
    source = make_source(digest, word)
    restriction = restrict(source)
    copy = make_alias(home, source, word)
    restriction.delete()
    return copy


def alias_of_an_issue_in_a_private_digest(home, digest, word=WORD):  # 20
    source = make_issue(digest, word, slug=f"unsaidsource{word}")
    restrict(digest)
    return make_alias(home, source, word)


def moved_and_renamed(home, digest, word=WORD):  # 27
    issue = make_issue(digest, word, slug=f"before{word}")
    return move_and_rename(issue, make_digest(home, f"later-{home.slug}"), word)


def moved_without_redirect(home, digest, word=WORD):
    issue = moved_and_renamed(home, digest, word)
    Redirect.objects.filter(redirect_page=issue).delete()
    return issue


def with_a_private_image(home, digest, word=WORD):  # 31
    return images.illustrated(make_issue, digest, word, images.private_collection())


def with_an_image_of_a_private_subcollection(home, digest, word=WORD):
    inner = images.private_collection().add_child(name=f"unsaidinner{word}")
    return images.illustrated(make_issue, digest, word, inner)


def with_a_reverted_draft(home, digest, word=WORD):  # 33
    issue = make_issue(digest, word)
    first = issue.latest_revision
    change(issue, word)
    issue.save_revision()
    first.as_object().save_revision(previous_revision=first)
    return fresh(issue)
