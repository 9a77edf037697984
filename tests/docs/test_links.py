"""Links and images in the documentation exist."""

import pytest

from tests.docs.markdown import FILES, ROOT, anchors, links, name_of


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_link_targets_exist(path):
    text = path.read_text(encoding="utf-8")
    for link in links(text):
        if link.startswith(("http://", "https://")):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.is_file(), f"{link}: no such file"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link}: no such heading"


def test_every_page_is_in_the_index():
    index = ROOT / "docs" / "index.md"
    found = links(index.read_text(encoding="utf-8"))
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in found}
    assert set(index.parent.rglob("*.md")) - {index} <= linked
