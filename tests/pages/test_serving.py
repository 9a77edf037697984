"""The warning about a base template of the site that leaves out blocks of the plugin."""

import logging

import pytest

from tests.builders import make_issue

pytestmark = pytest.mark.django_db

COMPLETE = """<link href="/static/digest/digest.css">{% block canonical %}{% endblock %}
<div class="digest">{% block digest_content %}{% endblock %}</div>"""


@pytest.fixture
def warnings(client, digest, settings, tmp_path, caplog):
    """Return a function that opens an issue in a base template, and returns the warnings."""

    def warnings(base):
        (tmp_path / "digest").mkdir()
        (tmp_path / "digest/base.html").write_text(base)
        settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
        assert client.get(make_issue(digest).url).status_code == 200
        return [record.message for record in caplog.records if record.levelno == logging.WARNING]

    return warnings


def test_missing_blocks_are_named(warnings, settings):
    settings.DEBUG = True
    [warning] = warnings("{% block digest_content %}{% endblock %}")
    assert "the stylesheet /static/digest/digest.css" in warning
    assert 'the block "canonical"' in warning


def test_complete_base_template_causes_no_warning(warnings, settings):
    settings.DEBUG = True
    assert warnings(COMPLETE) == []


def test_nothing_is_checked_without_debug(warnings):
    assert warnings("{% block digest_content %}{% endblock %}") == []
