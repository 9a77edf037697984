"""Code samples in the documentation are valid."""

import json
import re
import subprocess
from textwrap import dedent

import pytest
from django.http import QueryDict
from django.urls import resolve
from jsonschema import Draft202012Validator

from digest.api.documentation import build_schema
from digest.api.views import NotFoundView
from tests.docs.markdown import FILES, ROOT, code_blocks, files, name_of, read, section


def samples(language):
    """Return the code blocks of a language, with file and number as the id."""
    return [
        pytest.param(dedent(code), id=f"{name_of(path)}-{number}")
        for path in FILES
        for number, code in enumerate(code_blocks(path.read_text(encoding="utf-8"), language), 1)
    ]


def validate(sample, component):
    """Validate a sample against a component of the OpenAPI schema."""
    components = build_schema()["components"]
    schema = {"$ref": f"#/components/schemas/{component}", "components": components}
    Draft202012Validator(schema).validate(json.loads(sample))


@pytest.mark.parametrize("code", samples("json"))
def test_json_parses(code):
    json.loads(code)


@pytest.mark.parametrize("code", samples("python"))
def test_python_compiles(code):
    compile(code, "sample", "exec")


@pytest.mark.parametrize("code", samples("sh"))
def test_shell_parses(code):
    subprocess.run(["sh", "-n"], input=code, text=True, check=True)


@pytest.mark.parametrize("code", samples("sh"))
def test_make_targets_exist(code):
    makefile = (FILES[0].parent / "Makefile").read_text(encoding="utf-8")
    for line in code.splitlines():
        if line.startswith("make "):
            assert f"\n{line.split()[1]}: " in makefile


@pytest.mark.parametrize("code", samples("sh"))
def test_requested_urls_are_valid(code):
    for url in re.findall(r"http://127\.0\.0\.1:8000(/api/v1/[^\s\"')]*)", code):
        path, _, query = url.partition("?")
        view = resolve(path).func.view_class
        assert view is not NotFoundView, path
        view.parameters_class.read(QueryDict(query))


def test_guide_to_astro_quotes_the_frontend():
    guide = (ROOT / "docs/how-to/astro.md").read_text(encoding="utf-8")
    quoted = files(guide)
    assert len(quoted) > 5
    for path, code in quoted.items():
        assert code in (ROOT / "frontends/astro" / path).read_text(encoding="utf-8"), path


def test_issue_in_the_reference_matches_the_schema():
    [sample] = code_blocks(section(read("api"), "An issue"), "json")
    validate(sample, "IssueDetail")
    fields = build_schema()["components"]["schemas"]["IssueDetail"]["properties"]
    assert list(json.loads(sample)) == list(fields)


def test_story_in_the_reference_matches_the_schema():
    [sample] = code_blocks(section(read("api"), "A story"), "json")
    validate(sample, "Story")
    fields = build_schema()["components"]["schemas"]["Story"]["properties"]
    assert list(json.loads(sample)) == list(fields)


def test_site_and_paths_in_the_reference_match_the_schema():
    [site] = code_blocks(section(read("api"), "`/site/`"), "json")
    validate(site, "Site")
    for sample in code_blocks(section(read("api"), "`/pages/`"), "json"):
        validate(sample, "PageAtPath")


def test_blocks_in_the_reference_match_the_schema():
    blocks = code_blocks(read("blocks"), "json")
    assert len(blocks) == 4
    for sample in blocks:
        validate(sample, "Block")


def test_error_in_the_reference_matches_the_schema():
    [sample] = code_blocks(read("errors"), "json")
    validate(sample, "Problem")
