"""The states of the matrix, by whether an anonymous reader of the default site sees the issue."""

from tests.visibility import hidden, shown

HIDDEN = [
    hidden.draft,
    hidden.submitted,
    hidden.unpublished,
    hidden.scheduled,
    hidden.due_and_not_yet_published,
    hidden.expired,
    hidden.expired_and_unpublished,
    hidden.private,
    hidden.private_by_password,
    hidden.private_to_a_group,
    hidden.in_a_private_digest,
    hidden.made_in_a_private_digest,
    hidden.below_a_private_home,
    hidden.alias_of_a_page_made_private_later,
    hidden.alias_of_a_private_page,
    hidden.alias_of_an_alias_of_a_private_page,
    hidden.below_an_alias_of_a_private_digest,
    hidden.under_no_site,
    hidden.moved_below_something_private,
    hidden.moved_out_of_the_site,
    hidden.deleted,
    hidden.deleted_with_its_digest,
]
ELSEWHERE = [hidden.of_another_site]
PUBLIC = [
    shown.live,
    shown.below_an_unpublished_digest,
    shown.below_an_expired_digest,
    shown.live_with_a_newer_draft,
    shown.live_with_a_scheduled_change,
    shown.live_with_a_change_that_is_due,
    shown.with_an_open_restriction,
    shown.alias,
    shown.alias_of_a_page_no_longer_private,
    shown.alias_of_an_issue_in_a_private_digest,
    shown.moved_and_renamed,
    shown.moved_without_redirect,
    shown.with_a_private_image,
    shown.with_an_image_of_a_private_subcollection,
    shown.with_a_reverted_draft,
]
