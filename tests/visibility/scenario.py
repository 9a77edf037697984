"""A site with one issue in each of the states, each with a word of its own."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from wagtail.models import Locale, Page, Site

from digest.models import DigestPage, IssuePage
from tests.builders import body, make_digest, make_issue, story
from tests.optional_apps import HAS_NEWSLETTER, HAS_SUBMISSIONS
from tests.visibility import people
from tests.visibility.states import ELSEWHERE, HIDDEN, PUBLIC

LANGUAGES = [("en", "English"), ("fr", "French")]


@dataclass
class Case:
    """One state: its issue, the word that identifies it, and another issue in its digest."""

    name: str
    word: str
    digest: Any
    issue: Any
    neighbour: Any

    @cached_property
    def parent(self):
        """The digest of the issue, which a move or an alias may have changed."""
        page = Page.objects.filter(pk=self.issue.pk).first()
        return page.get_parent() if page else self.digest

    @cached_property
    def params(self):
        """The values for the URLs of ``endpoints``: ids, slugs, tag, story and path."""
        story = next(child for child in self.issue.body if child.block_type == "story_section")
        parts = self.issue.get_url_parts() or [None, "", f"/in-nowhere/{self.issue.slug}/"]
        return {
            "pk": self.issue.pk,
            "slug": self.issue.slug,
            "parent": self.parent.slug,
            "tag": f"tag{self.word}",
            "word": self.word,
            "story": story.id,
            "path": parts[2],
        }


NONEXISTENT = {
    "pk": 999_999_999,
    "slug": "slugnobody",
    "parent": "nobodys",
    "tag": "tagnobody",
    "word": "nobody",
    "story": "7a2b8c1e-6d0f-4d0c-9d51-2f3e4b5a6c7d",
    "path": "/nobodys/slugnobody/",
}


class Scenario:
    """Create all cases, an issue that links to each of them, and a French translation."""

    def __init__(self):
        self.site = Site.objects.get(is_default_site=True)
        self.home = self.site.root_page.specific
        self.locale = Locale.objects.get_or_create(language_code="fr")[0]
        self.cases = {}
        for number, state in enumerate([*HIDDEN, *ELSEWHERE, *PUBLIC]):
            self.cases[state.__name__] = self._case(number, state)
        self._translate()
        self._refer()
        self._open_newsletters()
        self._disclose_ai()
        Page.objects.update(owner=people.superuser())

    def _case(self, number, state):
        word = f"q{state.__name__.replace('_', '')}q"
        section = self.home.add_child(instance=Page(title="A section", slug=f"in-{number}"))
        digest = make_digest(section, f"digest-{number}", title=f"Paper {number}.")
        beside = IssuePage(title="Beside", slug=f"beside-{number}", date=date(2026, 4, 13))
        beside.body = body()
        digest.add_child(instance=beside)
        issue = state(section, digest, word)
        return Case(state.__name__, word, digest, issue, beside)

    def _translate(self):
        self.french = self._french(self.cases["live"], "slugfrench")
        self.french_draft = self._french(self.cases["alias"], "slugfrenchdraft")
        self.french.save_revision().publish()

    def _french(self, case, slug):
        source = case.issue.alias_of.specific if case.issue.alias_of else case.issue
        page = source.copy_for_translation(self.locale, copy_parents=True)
        page.slug, page.title = slug, f"title{slug}"
        page.save()
        return page

    def _open_newsletters(self):
        if HAS_NEWSLETTER:
            from tests.contrib.newsletter.readers import open_newsletter

            for digest in DigestPage.objects.all():
                open_newsletter(digest)

    def _disclose_ai(self):
        """Say of each issue that AI has written it, and of the live ones who has approved them."""
        if HAS_SUBMISSIONS:
            from tests.contrib.submissions.builders import disclose_everywhere

            disclose_everywhere()

    def _refer(self):
        """Create an issue whose text links to all others."""
        links = (
            f'<a linktype="page" id="{case.issue.pk}">link to {name}</a>'
            for name, case in self.cases.items()
        )
        text = f"<p>{' '.join(links)}</p>"
        self.referring = make_issue(
            make_digest(self.home, "links"),
            title="Links",
            body=body(story("Links", body=text, why_it_matters=""), summary="Links."),
        )

    @property
    def public(self):
        """The names of the states in which readers of the default site see the issue."""
        return {state.__name__ for state in PUBLIC}

    @property
    def hidden(self):
        """The names of the others."""
        return {state.__name__ for state in [*HIDDEN, *ELSEWHERE]}

    def shown(self, text, mark="slug{word}"):
        """Return the states whose issue a text shows, identified by its slug or another mark."""
        return {case.name for case in self.cases.values() if mark.format(**case.params) in text}

    def secrets_in(self, text):
        """Return the words in a text that readers of the default site must not see."""
        words = [self.cases[name].word for name in self.hidden]
        return [word for word in [*words, "unsaid", "Unsaid"] if word in text]
