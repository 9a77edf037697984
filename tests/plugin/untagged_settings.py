"""An issue page of the site's own without its tags: the checks must say how to go on."""

from tests.plugin.ownpages_settings import *

DIGEST_ISSUETAG_MODEL = "digest.IssueTag"
