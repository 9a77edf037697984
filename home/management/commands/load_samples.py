"""``manage.py load_samples``: fill a new site with the sample digests of ``home/samples/``."""

import time
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.models import Collection, Page, Site

from digest.contrib.search.models import Synonyms
from digest.importing import DocumentError, map_parts, open_document, read_parts
from digest.importing.saving import ImportRejected, prepare_issue
from digest.pages.page_models import get_digest_page_model
from digest.publishing.roles import create_roles
from digest.rendering.images import public_images

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
LOCAL_HOSTS = ("localhost", "127.0.0.1")
PUBLISHING_HOUR = 6  # UTC
DAYS_AHEAD = 30  # of the scheduled issue
EDITOR = "editor"
# Nothing that looks like something else: the password is read off a terminal.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105


class Command(BaseCommand):
    """Loads the samples once, and keeps the site's address right in local trials."""

    help = (
        "Load the sample digests into a site that has no digest yet, all or nothing. Run again, "
        "it changes nothing but the port in the address of a site on this machine."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=8000,
            help="the port in the site's address while its host is localhost or 127.0.0.1",
        )
        parser.add_argument(
            "--with-editor",
            action="store_true",
            help=(
                "for trying the site on your own machine only: also create the superuser "
                f"“{EDITOR}” and print its password"
            ),
        )

    def handle(self, *, port: int, with_editor: bool, **options: Any) -> None:
        site = Site.objects.filter(is_default_site=True).first()
        if site is None:
            raise CommandError("There is no default site: make one under Settings, Sites.")
        set_address(site, port)
        with files_removed_on_failure() as pictures, transaction.atomic():
            self.load(site, pictures)
            password = create_editor() if with_editor else None
        if pictures:
            # Otherwise the first reader would wait for it.
            self.stdout.write("Making the pictures in all their sizes ...")
            public_images(pictures.values())
        if with_editor:
            self.tell_editor(password)

    def load(self, site: Site, pictures: dict[str, AbstractImage]) -> None:
        """Load all samples, unless the site has a digest; the pictures made go to ``pictures``."""
        if get_digest_page_model().objects.exists():
            self.stdout.write("There are digests already: no samples loaded.")
            return
        started = time.monotonic()
        manifest = tomllib.loads((SAMPLES / "samples.toml").read_text(encoding="utf-8"))
        self.stdout.write("Loading the sample digests ...")
        name_site(site, manifest["site_name"])
        create_pictures(manifest, pictures)
        Synonyms.objects.bulk_create(Synonyms(terms=terms) for terms in manifest["synonyms"])
        made: Counter[str] = Counter()
        for entry in manifest["digests"]:
            made += self.load_digest(site, entry, manifest, pictures)
        create_roles(get_digest_page_model().objects.all())
        issues = ", ".join(f"{count} {state}" for state, count in made.items())
        self.stdout.write(
            f"Made {len(manifest['digests'])} digests and {len(pictures)} pictures; "
            f"issues: {issues} ({time.monotonic() - started:.0f} s)."
        )

    def load_digest(
        self,
        site: Site,
        entry: dict[str, Any],
        manifest: dict[str, Any],
        pictures: dict[str, AbstractImage],
    ) -> Counter[str]:
        """Make a digest and its issues; returns how many of each state."""
        digest = create_digest(site.root_page, entry, pictures)
        paths = sorted((SAMPLES / entry["slug"]).glob("*.md"))
        made: Counter[str] = Counter()
        for position, path in enumerate(paths, 1):
            state = state_of(path.name, entry)
            issue = new_issue(digest, path, manifest, pictures)
            save_issue(digest, issue, state)
            made[state] += 1
            self.stdout.write(
                f"  {digest.title} {position}/{len(paths)}  {issue.date}  {issue.title}"
                + (f"  ({state})" if state != "published" else "")
            )
        return made

    def tell_editor(self, password: str | None) -> None:
        """Print the new editor's name and password, or how to set another."""
        if password:
            self.stdout.write(f"Editor account: name {EDITOR}, password {password}")
        else:
            self.stdout.write(
                "The editor account exists; set a new password with: "
                f"manage.py changepassword {EDITOR}"
            )


@contextmanager
def files_removed_on_failure() -> Iterator[dict[str, AbstractImage]]:
    """Give a place for new pictures; their files go when the block fails, as their rows do."""
    pictures: dict[str, AbstractImage] = {}
    try:
        yield pictures
    except BaseException:
        for picture in pictures.values():
            picture.file.storage.delete(picture.file.name)
        raise


def set_address(site: Site, port: int) -> None:
    """Give a site on this machine the address it is served at, for the absolute URLs."""
    taken = Site.objects.filter(hostname="127.0.0.1", port=port).exists()
    if site.hostname in LOCAL_HOSTS and not taken:
        site.hostname, site.port = "127.0.0.1", port
        site.save()


def name_site(site: Site, name: str) -> None:
    """Name the site, unless somebody has."""
    if not site.site_name:
        site.site_name = name
        site.save()


def create_pictures(manifest: dict[str, Any], pictures: dict[str, AbstractImage]) -> None:
    """Make the pictures, in a collection of their own, and put them under their file names."""
    collection = Collection.get_first_root_node().add_child(name=manifest["collection"])
    for name, entry in manifest["pictures"].items():
        with (SAMPLES / "pictures" / name).open("rb") as file:
            picture = get_image_model()(
                title=entry["title"], description=entry["alt"], collection=collection
            )
            picture.file = ImageFile(file, name=name)
            picture.save()
        pictures[name] = picture
        # Known from now on, so that uploading the same picture again is noticed.
        picture.get_file_size()
        picture.get_file_hash()


def create_digest(parent: Page, entry: dict[str, Any], pictures: dict[str, AbstractImage]) -> Page:
    """Make and publish a digest."""
    digest = get_digest_page_model()(
        title=entry["title"],
        slug=entry["slug"],
        tagline=entry["tagline"],
        image=pictures[entry["image"]],
        live=False,
    )
    parent.add_child(instance=digest)
    digest.save_revision().publish()
    return digest


def state_of(name: str, entry: dict[str, Any]) -> str:
    """What the manifest says of a document: draft or scheduled; otherwise it is published."""
    if name in entry.get("drafts", []):
        return "draft"
    return "scheduled" if name in entry.get("scheduled", []) else "published"


def new_issue(
    digest: Page, path: Path, manifest: dict[str, Any], pictures: dict[str, AbstractImage]
) -> Page:
    """Make an issue of a document, as the importer does, and its pictures; not saved yet."""
    try:
        draft = map_parts(read_parts(open_document(path)))
        issue, _created = prepare_issue(draft, digest)
        issue.tags.set(draft.tags)
    except (DocumentError, ImportRejected) as error:
        raise CommandError(f"{path.name}: {error}") from error
    issue.image = pictures[draft.image] if draft.image else None
    for entry in manifest["story_images"]:
        if entry["document"] == path.relative_to(SAMPLES).as_posix():
            put_into_story(issue, entry["story"], pictures[entry["image"]])
    return issue


def put_into_story(issue: Page, heading: str, picture: AbstractImage) -> None:
    """Put a picture into the story with this heading."""
    story = next(story for story in issue.stories if story.value["heading"] == heading)
    picture.decorative, picture.contextual_alt_text = False, picture.description
    story.value["image"] = picture


def save_issue(digest: Page, issue: Page, state: str) -> None:
    """Save an issue in its state; a published one looks as if it had come out on its date."""
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
    """The moment of a day when issues come out."""
    return datetime(day.year, day.month, day.day, PUBLISHING_HOUR, tzinfo=UTC)


def create_editor() -> str | None:
    """Create the editor account; returns its password, or None when there is one already."""
    users = get_user_model()
    if users.objects.filter(**{users.USERNAME_FIELD: EDITOR}).exists():
        return None
    password = get_random_string(14, PASSWORD_LETTERS)
    users.objects.create_superuser(EDITOR, f"{EDITOR}@example.com", password)
    return password
