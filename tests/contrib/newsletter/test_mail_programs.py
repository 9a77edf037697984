"""What mail programs support of a mail, by the data of caniemail.com (``make mail-check``)."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from digest.contrib.newsletter.composing import compose
from tests.builders import make_image
from tests.contrib.newsletter.readers import open_newsletter
from tests.contrib.newsletter.rich_issue import make_rich_issue

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FOLDER = Path(__file__).parent / "caniemail"
STYLE = re.compile("<style.*?</style>", re.DOTALL)
# Features that some programs lack, where the mail is as readable without them.
ALLOWED = {
    "<body> element": "Outlook for macOS replaces it; the table has the same colours.",
    "display:none": "The mobile page of Gmail shows the preheader above the mail.",
    "overflow": "Only for the preheader, which Outlook hides by mso-hide.",
    "overflow-wrap": "Without it, a very long word is cut off or wraps anyway.",
    "word-break": "As overflow-wrap, of which it is the older name.",
    "table-layout": "Outlook takes the width of the table from its attribute.",
    "<bdi> element": "Where it is unknown, a byline in another script may stand on the wrong side.",
    "role attribute": "Windows Mail reads the tables for layout aloud.",
}
# What the kept style sheet needs: dark mode and smaller headings on phones.
OPTIONAL = {
    *("@media", "<style> element", "Attribute selector", "Chaining selectors", "Class selector"),
    *("Descendant combinator", "Type selector"),
}


@pytest.fixture
def mail(digest, settings):
    settings.DIGEST_IMAGE_WIDTHS = [800]
    newsletter = open_newsletter(digest, imprint="Quay 7", privacy_url="https://example.org/")
    issue = make_rich_issue(digest, images=[make_image("A grid")] * 3)
    return compose(issue, newsletter, note="It was nine, not six.").html


def unsupported(html, folder):
    """Return the features that Gmail, Outlook or Apple Mail do not support."""
    if not (shutil.which("node") and (FOLDER / "node_modules").is_dir()):
        pytest.skip("run `make mail-check`, which installs caniemail")
    (folder / "mail.html").write_text(html)
    command = ["node", "check.js", str(folder / "mail.html")]
    return set(json.loads(subprocess.check_output(command, cwd=FOLDER, text=True)))


def test_inlined_styles_are_supported(mail, tmp_path):
    assert unsupported(STYLE.sub("", mail), tmp_path) == ALLOWED.keys()


def test_other_styles_are_for_phones_and_dark_mode_alone(mail, tmp_path):
    assert unsupported(mail, tmp_path) == ALLOWED.keys() | OPTIONAL
