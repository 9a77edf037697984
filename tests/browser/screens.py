"""All screens: readers' pages, and those of the admin that are the project's own.

``tests/browser/test_screens.py`` checks that none is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

Prepare = Callable[[Any, dict[str, Any]], None]


def press(name: str) -> Prepare:
    """Return a step that presses the first button of this name."""

    def press(page: Any, _content: dict[str, Any]) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=name, exact=True).first.click()

    return press


def unfold(selector: str) -> Prepare:
    return lambda page, _content: page.locator(f"{selector} > summary").first.click()


def press_unsure(page: Any, _content: dict[str, Any]) -> None:
    page.locator("[name=sure]").evaluate("box => box.required = false")
    press("Erase everything")(page, _content)


def press_sure(page: Any, _content: dict[str, Any]) -> None:
    page.get_by_role("checkbox").check()
    press("Erase everything")(page, _content)


def mistype(page: Any, _content: dict[str, Any]) -> None:
    page.get_by_label("E-mail address").first.fill("ada@localhost")
    press("Subscribe")(page, _content)


def show_suggestions(page: Any, _content: dict[str, Any]) -> None:
    field = page.get_by_role("combobox")
    field.press_sequentially("gri")
    page.get_by_role("option").first.wait_for()
    field.press("ArrowDown")
    field.press("ArrowDown")


def show_server_error(page: Any, content: dict[str, Any]) -> None:
    page.route("**/broken/", lambda route: route.fulfill(body=content["server_error"]))
    page.goto("/broken/")


def show_operation(page: Any, _content: dict[str, Any]) -> None:
    page.locator(".opblock-summary-control").first.click()
    page.locator(".opblock-body").first.wait_for()


def open_panel(name: str) -> Prepare:
    """Return a step that opens a side panel of the editor and waits for its content."""

    def open_panel(page: Any, _content: dict[str, Any]) -> None:
        panel = page.locator(f"[data-side-panel={name}]")
        if not panel.is_visible():
            page.locator(f"[data-side-panel-toggle={name}]").click()
            page.mouse.move(640, 400)  # hides the tooltip
            page.locator("[data-tippy-root]").first.wait_for(state="hidden")
        panel.locator(PANEL_CONTENT[name]).first.wait_for()

    return open_panel


PANEL_CONTENT = {
    "checklist": ".digest-checklist__jump",
    "newsletter": "iframe",
    "preview": "iframe",
    "status": "h3, h2",
    "submission": "h3",
}
DELIVERY = ".digest-webhook-delivery"
SCHEDULE = "[role=dialog]:has([name=go_live_at])"


def wait_for_editor(page: Any, _content: dict[str, Any]) -> None:
    page.locator("[data-streamfield-child]").first.wait_for()


def save_invalid(page: Any, _content: dict[str, Any]) -> None:
    """Save a form without its title, so that it shows errors."""
    wait_for_editor(page, _content)
    page.locator("#id_title").fill("")
    press("Save draft")(page, _content)
    wait_for_editor(page, _content)


def split(page: Any, content: dict[str, Any]) -> None:
    """Open the split of the first part that can be split."""
    page.locator(".digest-review-edit:has(button[id^=split-]) > summary").first.click()
    page.locator("button[id^=split-]").first.click()
    page.locator("button[id^=cut-]").wait_for()


def show_stories_only(page: Any, content: dict[str, Any]) -> None:
    wait_for_editor(page, content)
    page.get_by_role("button", name="Stories only", exact=True).click()


def open_schedule(page: Any, content: dict[str, Any]) -> None:
    open_panel("status")(page, content)
    page.get_by_role("button", name="Set schedule").click()
    page.locator(SCHEDULE).get_by_role("textbox").first.wait_for()


def open_actions(page: Any, content: dict[str, Any]) -> None:
    wait_for_editor(page, content)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Schedule for").wait_for()


def mistype_password(page: Any, _content: dict[str, Any]) -> None:
    page.get_by_label("Password").fill("open")
    press("Continue")(page, _content)


def make_key(page: Any, _content: dict[str, Any]) -> None:
    page.get_by_label("Name*").fill("A new script")
    page.get_by_label("User*").select_option("edith")
    page.get_by_label("Daily").check()
    press("Make the key")(page, _content)


def create_link(page: Any, _content: dict[str, Any]) -> None:
    press("Create a link")(page, _content)


@dataclass(frozen=True)
class Screen:
    """A page in a state: its URL, whose arguments may name ``{content}``, and what leads there."""

    name: str
    url_name: str
    args: tuple[str, ...] = ()
    query: str = ""
    prepare: Prepare | None = None
    # A part to look at, of a page that is another screen.
    part: str | None = None

    def url(self, content: dict[str, Any]) -> str:
        args = [arg.format(**content) for arg in self.args]
        return reverse(self.url_name, args=args) + self.query.format(**content)

    def open(self, page: Any, content: dict[str, Any]) -> None:
        page.goto(self.url(content))
        if self.prepare:
            self.prepare(page, content)


def public(name: str, path: str, prepare: Prepare | None = None) -> Screen:
    """Return the screen of a page that Wagtail serves."""
    return Screen(name, "wagtail_serve", (path,), prepare=prepare)


ISSUE = "daily/2026-04-14/"
NEWSLETTER = "digest:newsletter"
CONFIRM, LEAVE = (f"{NEWSLETTER}:{name}" for name in ("confirm", "unsubscribe"))
PREFERENCES, BLOCK = (f"{NEWSLETTER}:{name}" for name in ("preferences", "block"))

# In this order: some states follow from others.
READERS = [
    public("front page", ""),
    public("front page, sign-up open", "", unfold("details")),
    public("digest", "daily/"),
    public("issue", ISSUE),
    public("issue, contents open", ISSUE, unfold(".digest-contents details")),
    public("issue with a disclosure of AI", "daily/2026-04-11/"),
    public("issue in Arabic of an English digest", "daily/2026-04-16/"),
    public("digest in Arabic", "nashra/"),
    public("issue in Arabic", "nashra/2026-04-20/"),
    public("private issue", "members/2026-04-12/"),
    public("private issue, wrong password", "members/2026-04-12/", mistype_password),
    public("missing page", "nowhere/"),
    public("server error", "", show_server_error),
    Screen("feeds", "digest:feeds"),
    Screen("tags of readers", "digest:tags"),
    Screen("tag", "digest:tag", ("power",)),
    Screen("search", "search"),
    Screen("search, suggestions", "search", prepare=show_suggestions),
    Screen("search, results", "search", query="?q=grids"),
    Screen("search, filtered", "search", query="?q=grids&tag=power"),
    Screen("search, corrected", "search", query="?q=gridz"),
    Screen("search, some words", "search", query="?q=grids+xylographs"),
    Screen("search, nothing", "search", query="?q=xylographs"),
    Screen("preview of a draft", "digest:preview", ("{token}",)),
    Screen("sign-up", f"{NEWSLETTER}:subscribe", ("daily",)),
    Screen("sign-up, mistyped", f"{NEWSLETTER}:subscribe", ("daily",), prepare=mistype),
    Screen("check your inbox", f"{NEWSLETTER}:check-your-inbox"),
    Screen("request of preferences", f"{NEWSLETTER}:request-preferences"),
    Screen("confirmation", CONFIRM, ("{confirm}",)),
    Screen("confirmed", CONFIRM, ("{confirm}",), prepare=press("Subscribe to Daily")),
    Screen("unsubscription", LEAVE, ("{unsubscribe}",)),
    Screen("unsubscription of a mail program", f"{NEWSLETTER}:one-click", ("{unsubscribe}",)),
    Screen("preferences", PREFERENCES, ("{preferences}",)),
    Screen("ended", PREFERENCES, ("{preferences}",), prepare=press("Unsubscribe from Daily")),
    Screen("erase, not sure", PREFERENCES, ("{preferences}",), prepare=press_unsure),
    Screen("unsubscribed", LEAVE, ("{unsubscribe}",)),
    Screen("block", BLOCK, ("{block}",)),
    Screen("blocked", BLOCK, ("{block}",), prepare=press("Never write to me again")),
    Screen("erased", PREFERENCES, ("{preferences}",), prepare=press_sure),
    Screen("used link", BLOCK, ("{block}",)),
    Screen("documentation of the API", "digest:api:docs", prepare=show_operation),
    Screen("errors of the API", "digest:api:problems"),
]

DRAFT = "{draft}"
NEW_ISSUE = ("wagtailadmin_pages:add", ("digest", "issuepage", "{digest}"))
SOURCES, SYNONYMS = "digest_sources", "digest_search_synonyms"
TAGS = "taggit_tag_modeladmin"
SETTINGS, MAILINGS = "digest_newsletter_settings", "digest_newsletter_mailings"
KEYS, DISCLOSURES = "digest_submissions_keys", "digest_submissions_disclosures"
WEBHOOKS = "digest_webhooks"
SUBSCRIBERS, IMPORTS = "digest_newsletter_subscribers", "digest_newsletter_imports"


def form_of(issue: str, name: str, prepare: Prepare, part: str | None = None) -> Screen:
    """Return the screen of the form of an issue."""
    return Screen(f"issue, {name}", "wagtailadmin_pages:edit", (issue,), "", prepare, part)


def panel(name: str, issue: str = DRAFT) -> Screen:
    """Return the screen of a side panel of the form."""
    return form_of(issue, name, open_panel(name), f"[data-side-panel={name}]")


ADMIN = [
    Screen("dashboard", "wagtailadmin_home"),
    Screen("explorer", "wagtailadmin_explore", ("{digest}",)),
    Screen("new digest", "wagtailadmin_pages:add", ("digest", "digestpage", "{home}")),
    Screen("digest, form", "wagtailadmin_pages:edit", ("{digest}",)),
    Screen("new issue", *NEW_ISSUE, prepare=wait_for_editor),
    form_of(DRAFT, "form", wait_for_editor),
    form_of(DRAFT, "errors", save_invalid),
    panel("checklist"),
    panel("newsletter"),
    panel("status"),
    panel("preview"),
    panel("submission", "{submitted}"),
    form_of(DRAFT, "stories only", show_stories_only, "main"),
    form_of(DRAFT, "schedule", open_schedule, SCHEDULE),
    form_of("{coming}", "actions", open_actions, "footer"),
    Screen("signed in again", "digest_signed_in"),
    Screen("issues", "digest_issues:index"),
    Screen("issues, nothing found", "digest_issues:index", query="?q=xylographs"),
    Screen("choice of a digest", "digest_issues:choose_parent"),
    Screen("import", "digest_import"),
    Screen("import, review", "digest_import_document", ("{document}",)),
    Screen("import, split", "digest_import_document", ("{document}",), prepare=split),
    Screen("import, nothing understood", "digest_import_document", ("{poor}",)),
    Screen("sources", f"{SOURCES}:index"),
    Screen("source", f"{SOURCES}:inspect", ("{source}",)),
    Screen("source, form", f"{SOURCES}:edit", ("{source}",)),
    Screen("source, history", f"{SOURCES}:history", ("{source}",)),
    Screen("preview links", "digest_previews"),
    Screen("share a preview", "digest_share_preview", ("{draft}",)),
    Screen("shared preview", "digest_share_preview", ("{draft}",), prepare=create_link),
    Screen("submissions", "digest_submissions:index"),
    Screen("disclosures", f"{DISCLOSURES}:index"),
    Screen("disclosure", f"{DISCLOSURES}:edit", ("{digest}",)),
    Screen("keys", f"{KEYS}:index"),
    Screen("key, new", f"{KEYS}:add"),
    Screen("key, errors", f"{KEYS}:add", prepare=press("Make the key")),
    Screen("key, made", f"{KEYS}:add", prepare=make_key),
    Screen("key, revoke", f"{KEYS}:revoke", ("{key}",)),
    Screen("webhooks", f"{WEBHOOKS}:index"),
    Screen("webhook, choice", f"{WEBHOOKS}:add"),
    Screen("webhook, new", f"{WEBHOOKS}:add_preset", ("standard",)),
    Screen("webhook, errors", f"{WEBHOOKS}:add_preset", ("standard",), prepare=press("Create")),
    Screen("webhook", f"{WEBHOOKS}:inspect", ("{webhook}",), prepare=unfold(DELIVERY)),
    Screen("webhook, secret", f"{WEBHOOKS}:inspect", ("{webhook}",), "", press("Show the secret")),
    Screen("webhook, disabled", f"{WEBHOOKS}:inspect", ("{disabled_webhook}",)),
    Screen("webhook, form", f"{WEBHOOKS}:edit", ("{webhook}",)),
    Screen("webhook, rotate", f"{WEBHOOKS}:rotate", ("{webhook}",)),
    Screen("webhook, delete", f"{WEBHOOKS}:delete", ("{webhook}",)),
    Screen("webhook, history", f"{WEBHOOKS}:history", ("{webhook}",)),
    Screen("tags", f"{TAGS}_index"),
    Screen("tags, new", f"{TAGS}_create"),
    Screen("tags, form", f"{TAGS}_edit", ("{tag}",)),
    Screen("tags, delete", f"{TAGS}_delete", ("{tag}",)),
    Screen("tags, history", f"{TAGS}_history", ("{tag}",)),
    Screen("searches", "digest_search_report"),
    Screen("promote a result", "digest_search_promote", query="?query=grids"),
    Screen("promoted results", "wagtailsearchpromotions:index"),
    Screen("promoted results, form", "wagtailsearchpromotions:edit", ("{query}",)),
    Screen("synonyms", f"{SYNONYMS}:index"),
    Screen("synonyms, new", f"{SYNONYMS}:add"),
    Screen("synonyms, form", f"{SYNONYMS}:edit", ("{synonyms}",)),
    Screen("synonyms, delete", f"{SYNONYMS}:delete", ("{synonyms}",)),
    Screen("synonyms, history", f"{SYNONYMS}:history", ("{synonyms}",)),
    Screen("synonyms, usage", f"{SYNONYMS}:usage", ("{synonyms}",)),
    Screen("newsletters", f"{SETTINGS}:index"),
    Screen("newsletter", f"{SETTINGS}:edit", ("{newsletter}",)),
    Screen("newsletter, new", f"{SETTINGS}:add", ("{closed}",)),
    Screen("newsletter, history", f"{SETTINGS}:history", ("{newsletter}",)),
    Screen("mailings", f"{MAILINGS}:index"),
    Screen("mailing", f"{MAILINGS}:inspect", ("{sending}",)),
    Screen("mailing, held", f"{MAILINGS}:inspect", ("{held}",)),
    Screen("mailing, pause", f"{MAILINGS}:pause", ("{sending}",)),
    Screen("mailing, continue", f"{MAILINGS}:continue", ("{paused}",)),
    Screen("mailing, stop", f"{MAILINGS}:stop", ("{sending}",)),
    Screen("mailing, cancel", f"{MAILINGS}:cancel", ("{scheduled}",)),
    Screen("mailing, correct", f"{MAILINGS}:correct", ("{stopped}",)),
    Screen("mailing, send refused mails", f"{MAILINGS}:send_refused", ("{sending}",)),
    Screen("mail, mark as sent", f"{MAILINGS}:mark_sent", ("{mail}",)),
    Screen("mail, send again", f"{MAILINGS}:send_again", ("{mail}",)),
    Screen("letters, discard", f"{MAILINGS}:discard_letters"),
    Screen("growth", f"{MAILINGS}:growth"),
    Screen("subscribers", f"{SUBSCRIBERS}:index"),
    Screen("subscriber", f"{SUBSCRIBERS}:inspect", ("{active}",)),
    Screen("subscriber, end", f"{SUBSCRIBERS}:end", ("{active}",)),
    Screen("subscriber, resend", f"{SUBSCRIBERS}:resend", ("{subscription}",)),
    Screen("subscriber, erase", f"{SUBSCRIBERS}:erase", ("{subscriber}",)),
    Screen("subscriber, allow mail", f"{SUBSCRIBERS}:lift", ("{bounced}",)),
    Screen("mailing, allow mail", f"{SUBSCRIBERS}:lift_mailing", ("{sending}",)),
    Screen("imports of subscribers", f"{IMPORTS}:index"),
    Screen("import of subscribers, upload", f"{IMPORTS}:add"),
    Screen("import of subscribers, details", f"{IMPORTS}:details", ("{list}",)),
    Screen("import of subscribers, checked", f"{IMPORTS}:inspect", ("{checked}",)),
    Screen("import of subscribers, done", f"{IMPORTS}:inspect", ("{imported}",)),
]

# URLs without a screen of their own, by patterns of their names, and why. Views that only take POST
# need no line.
WITHOUT_SCREEN = {
    "*_results": "the part of a list that is replaced",
    "digest:api:*": "data",
    "digest:*feed": "data",
    "digest:sitemap*": "data",
    "digest:llms": "text",
    "digest:mcp:server": "data",
    "digest:newsletter:None": "the same as one-click",
    "digest:preview-userbar": "part of a frontend's page",
    "digest_editing_state": "data",
    "digest_source_*": "data",
    "digest_newsletter_issue_preview": "a mail: tests/browser/test_mails.py",
    "digest_newsletter_mailings:mail": "a mail: tests/browser/test_mails.py",
    "digest_newsletter_issue_state": "a part of the issue's newsletter panel",
    "digest_newsletter_imports:errors": "a file",
    "healthz": "text",
    "readyz": "text",
    "robots": "text",
    "None": "images",
}
