"""States in which no anonymous reader may see an issue.

Each function makes an issue in that state and returns it. It gets the page above its digest and the
digest, which it may hide, and a word that identifies the issue.
"""

from django.contrib.auth.models import Group
from wagtail.models import Page, PageViewRestriction, Revision, Site, Workflow

from digest.models import DigestPage, IssuePage
from tests.builders import expire, make_digest, restrict
from tests.visibility import people
from tests.visibility.builders import (
    WORD,
    fresh,
    make_alias,
    make_issue,
    make_source,
    move_and_rename,
    tomorrow,
    yesterday,
)


def draft(home, digest, word=WORD):  # 2
    return make_issue(digest, word, publish=False)


def submitted(home, digest, word=WORD):  # 3
    issue = make_issue(digest, word, publish=False)
    Workflow.objects.first().start(issue, people.superuser())
    return fresh(issue)


def unpublished(home, digest, word=WORD):  # 4
    issue = make_issue(digest, word)
    issue.unpublish()
    return issue


def scheduled(home, digest, word=WORD):  # 7
    return make_issue(digest, word, go_live_at=tomorrow())


def due_and_not_yet_published(home, digest, word=WORD):  # 9
    issue = make_issue(digest, word, go_live_at=tomorrow())
    Revision.objects.for_instance(issue).update(approved_go_live_at=yesterday())
    IssuePage.objects.filter(pk=issue.pk).update(go_live_at=yesterday())
    return fresh(issue)


def expired(home, digest, word=WORD):  # 10
    issue = make_issue(digest, word)
    expire(issue)
    return issue


def expired_and_unpublished(home, digest, word=WORD):  # 11
    issue = expired(home, digest, word)
    issue.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return issue


def private(home, digest, word=WORD):  # 12
    issue = make_issue(digest, word)
    restrict(issue)
    return issue


def private_by_password(home, digest, word=WORD):  # 13
    issue = make_issue(digest, word)
    people.restrict_by_password(issue)
    return issue


def private_to_a_group(home, digest, word=WORD):  # 14
    issue = make_issue(digest, word)
    restrict(issue, PageViewRestriction.GROUPS).groups.add(Group.objects.get(name="Editors"))
    return issue


def in_a_private_digest(home, digest, word=WORD):  # 15
    issue = make_issue(digest, word)
    restrict(digest)
    return issue


def made_in_a_private_digest(home, digest, word=WORD):
    people.restrict_by_password(digest)
    return make_issue(digest, word)


def below_a_private_home(home, digest, word=WORD):
    issue = make_issue(digest, word)
    people.restrict_by_password(home)
    return issue


def alias_of_a_page_made_private_later(home, digest, word=WORD):  # 18
    source = make_source(digest, word)
    alias = make_alias(home, source, word)
    restrict(source)
    return alias


def alias_of_a_private_page(home, digest, word=WORD):
    source = make_source(digest, word)
    restrict(source)
    return make_alias(home, source, word)


def alias_of_an_alias_of_a_private_page(home, digest, word=WORD):
    source = make_source(digest, word)
    between = source.create_alias(update_slug=f"unsaidbetween{word}").specific
    alias = make_alias(home, between, word)
    restrict(source)
    return alias


def below_an_alias_of_a_private_digest(home, digest, word=WORD):  # 21
    make_issue(digest, word)
    alias = digest.create_alias(recursive=True, update_slug=f"unsaidmirror{word}")
    restrict(digest)
    return alias.get_children().get(slug=f"slug{word}").specific


def of_another_site(home, digest, word=WORD):  # 22
    root = Page.get_first_root_node()
    other = root.add_child(instance=Page(title="Else", slug=f"else-{home.slug}"))
    Site.objects.create(hostname=f"{home.slug}.example", root_page=other)
    return make_issue(make_digest(other, f"elsewhere-{home.slug}"), word)


def under_no_site(home, digest, word=WORD):  # 23
    issue = make_issue(digest, word)
    digest.move(Page.get_first_root_node(), "last-child")
    return fresh(issue)


def moved_below_something_private(home, digest, word=WORD):  # 28
    issue = make_issue(digest, word, slug=f"before{word}")
    shut = make_digest(home, f"shut-{home.slug}")
    restrict(shut)
    return move_and_rename(issue, shut, word)


def moved_out_of_the_site(home, digest, word=WORD):
    issue = make_issue(digest, word, slug=f"before{word}")
    nowhere = Page.get_first_root_node().add_child(
        instance=DigestPage(title="Nowhere", slug=f"nowhere-{home.slug}")
    )
    return move_and_rename(issue, nowhere, word)


def deleted(home, digest, word=WORD):  # 29
    issue = make_issue(digest, word)
    fresh(issue).delete()
    return issue


def deleted_with_its_digest(home, digest, word=WORD):
    issue = make_issue(digest, word)
    DigestPage.objects.get(pk=digest.pk).delete()
    return issue
