"""Custom digest and issue pages, with readers' search."""

from tests.plugin.settings import *

INSTALLED_APPS = ["tests.plugin.ownpages", "digest.contrib.search", *INSTALLED_APPS]
DIGEST_DIGESTPAGE_MODEL = "ownpages.OwnDigest"
DIGEST_ISSUEPAGE_MODEL = "ownpages.OwnIssue"
DIGEST_ISSUETAG_MODEL = "ownpages.OwnIssueTag"
