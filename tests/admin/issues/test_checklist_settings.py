"""Checklist settings in the digest form."""

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data

from digest.checklist.rules import all_rules
from digest.checklist.targets import TARGETS
from digest.models import DigestPage

pytestmark = pytest.mark.django_db

OLD = {"rules": {"alt_text": "off"}, "targets": {"minutes_max": 3}}


@pytest.fixture
def save(admin_client, digest):
    """Post the form of a digest that has checklist settings."""
    digest.checklist = OLD
    digest.save()
    url = reverse("wagtailadmin_pages:edit", args=[digest.pk])

    def save(**fields):
        data = {"title": "Daily", "slug": "daily", "tagline": "", "image": ""}
        data |= {f"giscus_{name}": "" for name in ("repo", "repo_id", "category", "category_id")}
        data |= {
            "new_issue_body": {"count": "0"},
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
        }
        return admin_client.post(url, nested_form_data(data) | {"action-publish": "1"} | fields)

    return save


def posted(rules=None, targets=None):
    levels = dict.fromkeys(all_rules(), "warning") | (rules or {})
    numbers = {name: str(target.default) for name, target in TARGETS.items()} | (targets or {})
    return {f"checklist-rule-{code}": level for code, level in levels.items()} | {
        f"checklist-target-{name}": number for name, number in numbers.items()
    }


def test_each_rule_and_target_has_a_control_with_its_value(admin_client, save, digest):
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[digest.pk])).content.decode()
    off = '<input type="radio" name="checklist-rule-alt_text" value="off"'
    assert f'{off} aria-label="Every image is described: Off" checked>' in html
    assert html.count('type="radio" name="checklist-rule-') == 3 * len(all_rules())
    assert 'name="checklist-target-minutes_max" value="3"' in html
    assert '<label for="id_checklist-target-minutes_max">' in html


def test_posted_settings_are_saved(save):
    assert save(**posted({"alt_text": "required"}, {"minutes_max": ""})).status_code == 302
    checklist = DigestPage.objects.get().checklist
    assert checklist["rules"] == dict.fromkeys(all_rules(), "warning") | {"alt_text": "required"}
    assert (checklist["targets"]["minutes_max"], checklist["targets"]["headline_max"]) == (
        None,
        120,
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            posted(targets={"minutes_max": "many"}),
            "Minutes to read an issue, at most: write a whole",
        ),
        (posted(targets={"minutes_max": "-1"}), "Minutes to read an issue, at most: write a whole"),
        (posted(targets={"minutes_max": "9" * 5000}), "Minutes to read an issue, at most: write a"),
        (posted(targets={"headline_min": "200"}), "this is more than the upper limit, 120."),
        (posted({"alt_text": "loud"}), "Every image is described: choose one of"),
    ],
)
def test_invalid_settings_are_redisplayed_with_an_error(save, fields, message):
    response = save(**fields)
    [error] = response.context["form"].errors["checklist"]
    assert message in error
    html = response.content.decode()
    assert all(f'value="{value}"' in html for value in ("many", "-1") if value in fields.values())
    assert DigestPage.objects.get().checklist == OLD


def test_form_without_the_settings_does_not_change_them(save):
    assert save().status_code == 302
    assert DigestPage.objects.get().checklist == OLD
