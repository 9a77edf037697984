"""``manage.py load_samples``: load the digests in ``home/samples/`` into a new site."""

import time
import tomllib
from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.crypto import get_random_string
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.models import Collection, Page, Site

from digest.contrib.newsletter.models import NewsletterSettings
from digest.contrib.search.models import Synonyms
from digest.importing import DocumentError, map_parts, open_document, read_parts
from digest.importing.library import atomic_with_files
from digest.importing.saving import ImportRejected, prepare_issue
from digest.pages.page_models import get_digest_page_model
from digest.publishing.roles import create_roles
from digest.rendering.images import public_images

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
LOCAL_HOSTS = ("localhost", "127.0.0.1")
PUBLISHING_HOUR = 6  # UTC
DAYS_AHEAD = 30  # of the scheduled issue
EDITOR = "editor"
# Without letters and digits that look alike: the password is copied from a terminal.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105


class Command(BaseCommand):
    help = (
        "Load the sample digests into a site that has no digest yet, in one transaction. Another "
        "run changes nothing except the port of a local site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=8000,
            help="the port of the site while its host is localhost or 127.0.0.1",
        )
        parser.add_argument(
            "--with-editor",
            action="store_true",
            help=(
                "also create the superuser "
                f"“{EDITOR}” and print its password; only for trying on your own machine"
            ),
        )

    def handle(self, *, port: int, with_editor: bool, **options: Any) -> None:
        site = Site.objects.filter(is_default_site=True).first()
        if site is None:
            raise CommandError("There is no default site: create one under Settings, Sites.")
        set_hostname(site, port)
        with atomic_with_files() as images:
            self.load(site, images)
            password = create_editor() if with_editor else None
        if images:
            # Otherwise the first visitor would wait for them.
            self.stdout.write("Generating the image renditions ...")
            public_images(images.values())
        if with_editor:
            self.print_editor(password)

    def load(self, site: Site, images: dict[str, AbstractImage]) -> None:
        """Load all samples, unless the site has a digest; add the new images to ``images``."""
        if get_digest_page_model().objects.exists():
            self.stdout.write("The site has digests already: no samples loaded.")
            return
        started = time.monotonic()
        manifest = tomllib.loads((SAMPLES / "samples.toml").read_text(encoding="utf-8"))
        self.stdout.write("Loading the sample digests ...")
        name_site(site, manifest["site_name"])
        create_images(manifest, images)
        Synonyms.objects.bulk_create(Synonyms(terms=terms) for terms in manifest["synonyms"])
        created: Counter[str] = Counter()
        for entry in manifest["digests"]:
            created += self.load_digest(site, entry, manifest, images)
        create_roles(get_digest_page_model().objects.all())
        issues = ", ".join(f"{count} {state}" for state, count in created.items())
        self.stdout.write(
            f"Created {len(manifest['digests'])} digests, {len(images)} images and "
            f"{created.total()} issues: {issues} ({time.monotonic() - started:.0f} s)."
        )

    def load_digest(
        self,
        site: Site,
        entry: dict[str, Any],
        manifest: dict[str, Any],
        images: dict[str, AbstractImage],
    ) -> Counter[str]:
        """Create a digest and its issues; return the number of issues in each state."""
        digest = create_digest(site.root_page, entry, images)
        NewsletterSettings.objects.create(digest=digest, takes_signups=True, **entry["newsletter"])
        paths = sorted((SAMPLES / entry["slug"]).glob("*.md"))
        created: Counter[str] = Counter()
        for position, path in enumerate(paths, 1):
            state = state_of(path.name, entry)
            issue = new_issue(digest, path, manifest, images)
            save_issue(digest, issue, state)
            created[state] += 1
            self.stdout.write(
                f"  {digest.title} {position}/{len(paths)}  {issue.date}  {issue.title}"
                + (f"  ({state})" if state != "published" else "")
            )
        return created

    def print_editor(self, password: str | None) -> None:
        """Print the password of the new editor, or how to set another one."""
        if password:
            self.stdout.write(f"Editor account: name {EDITOR}, password {password}")
        else:
            self.stdout.write(
                "The editor account exists; set a new password with: "
                f"manage.py changepassword {EDITOR}"
            )


def set_hostname(site: Site, port: int) -> None:
    """Set the host and port of a local site, for absolute URLs."""
    taken = Site.objects.filter(hostname="127.0.0.1", port=port).exists()
    if site.hostname in LOCAL_HOSTS and not taken:
        site.hostname, site.port = "127.0.0.1", port
        site.save()


def name_site(site: Site, name: str) -> None:
    """Name the site, unless it has a name."""
    if not site.site_name:
        site.site_name = name
        site.save()


def create_images(manifest: dict[str, Any], images: dict[str, AbstractImage]) -> None:
    """Create the images in a new collection, and add them to ``images`` by file name."""
    collection = Collection.get_first_root_node().add_child(name=manifest["collection"])
    for name, entry in manifest["images"].items():
        with (SAMPLES / "images" / name).open("rb") as file:
            image = get_image_model()(
                title=entry["title"], description=entry["alt"], collection=collection
            )
            image.file = ImageFile(file, name=name)
            image.save()
        images[name] = image
        # Stored now, so that Wagtail notices an upload of the same image.
        image.get_file_size()
        image.get_file_hash()


def create_digest(parent: Page, entry: dict[str, Any], images: dict[str, AbstractImage]) -> Page:
    """Create and publish a digest."""
    digest = get_digest_page_model()(
        title=entry["title"],
        slug=entry["slug"],
        tagline=entry["tagline"],
        image=images[entry["image"]],
        live=False,
    )
    parent.add_child(instance=digest)
    digest.save_revision().publish()
    return digest


def state_of(name: str, entry: dict[str, Any]) -> str:
    """Return whether the manifest makes a document a draft, scheduled or published."""
    if name in entry.get("drafts", []):
        return "draft"
    return "scheduled" if name in entry.get("scheduled", []) else "published"


def new_issue(
    digest: Page, path: Path, manifest: dict[str, Any], images: dict[str, AbstractImage]
) -> Page:
    """Return an unsaved issue, imported from a document, with its images."""
    try:
        draft = map_parts(read_parts(open_document(path)))
        issue, _created = prepare_issue(draft, digest)
        issue.tags.set(draft.tags)
    except (DocumentError, ImportRejected) as error:
        raise CommandError(f"{path.name}: {error}") from error
    issue.image = images[draft.image] if draft.image else None
    for entry in manifest["story_images"]:
        if entry["document"] == path.relative_to(SAMPLES).as_posix():
            set_story_image(issue, entry["story"], images[entry["image"]])
    return issue


def set_story_image(issue: Page, heading: str, image: AbstractImage) -> None:
    """Set the image of the story with a heading."""
    story = next(story for story in issue.stories if story.value["heading"] == heading)
    image.decorative, image.contextual_alt_text = False, image.description
    story.value["image"] = image


def save_issue(digest: Page, issue: Page, state: str) -> None:
    """Save an issue in a state; backdate a published one to its date."""
    if state == "scheduled":
        issue.go_live_at = at_publishing_hour(timezone.now().date() + timedelta(days=DAYS_AHEAD))
        issue.date = issue.go_live_at.date()
    digest.add_child(instance=issue)
    revision = issue.save_revision()
    if state != "draft":
        revision.publish()
    if state == "published":
        published_at = at_publishing_hour(issue.date)
        type(issue).objects.filter(pk=issue.pk).update(
            first_published_at=published_at, last_published_at=published_at
        )


def at_publishing_hour(day: date) -> datetime:
    """Return the datetime at which the issue of a day is published."""
    return datetime(day.year, day.month, day.day, PUBLISHING_HOUR, tzinfo=UTC)


def create_editor() -> str | None:
    """Create the editor account; return its password, or None if the account exists."""
    users = get_user_model()
    if users.objects.filter(**{users.USERNAME_FIELD: EDITOR}).exists():
        return None
    password = get_random_string(14, PASSWORD_LETTERS)
    # The account form of the admin saves nothing, such as a time zone, without both names.
    names = {"first_name": "Ada", "last_name": "Editor"}
    users.objects.create_superuser(EDITOR, f"{EDITOR}@example.com", password, **names)
    return password
