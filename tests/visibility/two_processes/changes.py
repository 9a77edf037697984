"""Single changes by models, by SQL and in bulk, which readers could see or not."""

from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.log_actions import log
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
    Revision,
    Site,
    Workflow,
)

from digest.contrib.search.log import log_search
from digest.contrib.search.models import Synonyms
from digest.models import DigestPage, IssuePage
from digest.pages.page_models import get_issue_tag_model
from digest.previews.tokens import PreviewToken
from digest.sources.models import Source
from tests.builders import body, make_issue, restrict, source, story
from tests.visibility.people import superuser


def run_sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def edited(page, **fields):
    """Save a draft of a page with other values, and return the revision."""
    page = page.specific_class.objects.get(pk=page.pk)
    for name, value in fields.items():
        setattr(page, name, value)
    return page.save_revision(clean=False)


def edited_again(page):
    """Overwrite a draft, as autosave does."""
    revision = edited(page, title="Draft")
    page = revision.as_object()
    page.title = "Autosaved"
    page.save_revision(clean=False, overwrite_revision=revision)


def saved(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def in_group(row):
    row.groups.add(Group.objects.get(name="Editors"))


def with_source(site, url):
    """Cite a source in the issue."""
    content = body(story(sources=[source(title="A source", url=url)]))
    edited(site.issue, body=content).publish()


# By the models, as the admin and commands do. Each gets a site with one object of each kind.
BY_MODELS = {
    "publish": lambda site: edited(site.issue, title="Other").publish(),
    "publish a draft": lambda site: edited(site.draft).publish(),
    "publish what is new": lambda site: make_issue(site.digest, 20, slug="new"),
    "unpublish": lambda site: site.issue.unpublish(),
    "unpublish a digest": lambda site: site.digest.unpublish(),
    "delete": lambda site: IssuePage.objects.get(pk=site.issue.pk).delete(),
    "delete a digest": lambda site: DigestPage.objects.get(pk=site.digest.pk).delete(),
    "move": lambda site: site.issue.move(site.other, "last-child"),
    "move a digest": lambda site: site.digest.move(site.other, "last-child"),
    "change the slug": lambda site: edited(site.issue, slug="renamed").publish(),
    "make an alias": lambda site: site.issue.create_alias(parent=site.other),
    "copy": lambda site: site.issue.copy(update_attrs={"slug": "copy"}),
    "make private": lambda site: restrict(site.issue),
    "make a digest private": lambda site: restrict(site.digest),
    "change a restriction": lambda site: PageViewRestriction.objects.update(
        restriction_type="none"
    ),
    "open again": lambda site: site.restriction.delete(),
    "authorise a group": lambda site: in_group(site.restriction),
    "retitle an image": lambda site: saved(site.image, title="Other"),
    "delete an image": lambda site: site.image.delete(),
    "a private collection": lambda site: CollectionViewRestriction.objects.create(
        collection=site.collection, restriction_type="login"
    ),
    "a new collection": lambda site: Collection.get_first_root_node().add_child(name="New"),
    "a tag": lambda site: saved(site.tag, name="other"),
    "delete a tag": lambda site: site.tag.delete(),
    "a site": lambda site: Site.objects.create(hostname="new.example", root_page=site.other),
    "another root": lambda site: Site.objects.filter(pk=site.site.pk).update(root_page=site.digest),
    "a redirect": lambda site: Redirect.objects.create(old_path="/new", redirect_link="/"),
    "a locale": lambda site: Locale.objects.create(language_code="fr"),
    "a source": lambda site: with_source(site, "https://source.example/"),
    "synonyms": lambda site: Synonyms.objects.create(terms="grid, network"),
    "migrate": lambda site: call_command("migrate", verbosity=0),
}

# Without signals, as in bulk updates and raw SQL.
WITHOUT_SIGNALS = {
    "update a title": lambda site: Page.objects.filter(pk=site.issue.pk).update(title="By update"),
    "update a body": lambda site: IssuePage.objects.filter(pk=site.issue.pk).update(body="[]"),
    "update the expiry": lambda site: Page.objects.filter(pk=site.issue.pk).update(
        expire_at=timezone.now() + timedelta(hours=1)
    ),
    "update live": lambda site: Page.objects.filter(pk=site.issue.pk).update(live=False),
    "bulk update": lambda site: Page.objects.bulk_update(
        [Page(pk=site.issue.pk, search_description="Bulk")], ["search_description"]
    ),
    "restrict in bulk": lambda site: PageViewRestriction.objects.bulk_create(
        [PageViewRestriction(page=site.issue, restriction_type="login")]
    ),
    "open in bulk": lambda site: PageViewRestriction.objects.all()._raw_delete("default"),
    "tag in bulk": lambda site: get_issue_tag_model().objects.bulk_create(
        [get_issue_tag_model()(tag=Tag.objects.create(name="bulk"), content_object=site.issue)]
    ),
    "untag in bulk": lambda site: get_issue_tag_model().objects.all()._raw_delete("default"),
    "give a tag to a draft": lambda site: get_issue_tag_model().objects.update(
        content_object=site.draft
    ),
    "rename a tag": lambda site: Tag.objects.filter(pk=site.tag.pk).update(name="by update"),
    "rename a site": lambda site: Site.objects.update(site_name="By update"),
    "move an image": lambda site: get_image_model().objects.update(collection=site.collection),
    "retitle a source": lambda site: Source.objects.update(title="By update"),
    "an image by SQL": lambda site: run_sql("UPDATE wagtailimages_image SET title = %s", "By SQL"),
    "a page by SQL": lambda site: run_sql("UPDATE wagtailcore_page SET seo_title = %s", "By SQL"),
    "delete redirects by SQL": lambda site: run_sql("DELETE FROM wagtailredirects_redirect"),
}

# What readers cannot see.
UNSEEN = {
    "save a draft": lambda site: edited(site.draft, title="Draft"),
    "a new draft with tags": lambda site: make_issue(site.digest, 20, False, tags=("grids",)),
    "edit a draft that was never live": lambda site: saved(site.draft, body=body(story("Again"))),
    "delete a draft": lambda site: IssuePage.objects.get(pk=site.draft.pk).delete(),
    "schedule a draft": lambda site: edited(
        site.draft, go_live_at=timezone.now() + timedelta(hours=1)
    ).publish(),
    "save a draft of a live issue": lambda site: edited(site.issue, title="Draft", slug="draft"),
    "autosave": lambda site: edited_again(site.issue),
    "schedule a change": lambda site: edited(
        site.issue, go_live_at=timezone.now() + timedelta(hours=1)
    ).publish(),
    "cancel a schedule": lambda site: Revision.objects.update(approved_go_live_at=None),
    "submit": lambda site: Workflow.objects.first().start(site.draft, superuser()),
    "lock": lambda site: Page.objects.filter(pk=site.issue.pk).update(locked=True),
    "a session": lambda site: Session.objects.create(session_key="a", expire_date=timezone.now()),
    "a user": lambda site: User.objects.create_user("new"),
    "a log entry": lambda site: log(site.issue, "wagtail.edit"),
    "a search": lambda site: log_search(site.site, "what happened", 1),
    "a preview": lambda site: PreviewToken.objects.create(
        page=site.issue, user=superuser(), token_hash="a", expires_at=timezone.now()
    ),
    "check a source": lambda site: Source.objects.update(state="dead", checked_at=timezone.now()),
    "a rendition": lambda site: site.image.get_rendition("width-100"),
    "a rebuild of what is right": lambda site: call_command("rebuild_stories", verbosity=0),
    "a scheduler with nothing to do": lambda site: call_command("publish_scheduled"),
    "nothing at all": lambda site: Page.objects.filter(pk=site.issue.pk).update(live=True),
    "retitle a draft": lambda site: Page.objects.filter(pk=site.draft.pk).update(title="Still"),
}
