"""A custom issue page without a custom tag model: a system check fails."""

from tests.plugin.ownpages_settings import *

DIGEST_ISSUETAG_MODEL = "digest.IssueTag"
