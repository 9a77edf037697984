"""robots.txt of the site."""

import pytest

pytestmark = pytest.mark.django_db


def test_robots_txt_leads_to_the_sitemap(client, site):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[:2] == ["User-agent: *", "Disallow: /admin/"]
    assert lines[-1] == "Sitemap: http://localhost/sitemap.xml"
    assert client.get("/sitemap.xml").status_code == 200
