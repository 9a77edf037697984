"""A custom base page model, with digest and issue pages that extend it."""

from tests.plugin.settings import *

INSTALLED_APPS = ["tests.plugin.basepages", "tests.plugin.basepage", *INSTALLED_APPS]
INSTALLED_APPS += ["digest.contrib.search"]
WAGTAIL_PAGE_MODEL = "basepage.BasePage"
DIGEST_DIGESTPAGE_MODEL = "basepages.OwnDigest"
DIGEST_ISSUEPAGE_MODEL = "basepages.OwnIssue"
DIGEST_ISSUETAG_MODEL = "basepages.OwnIssueTag"
