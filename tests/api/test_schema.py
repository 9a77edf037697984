import pytest
from jsonschema import Draft202012Validator
from wagtail import blocks

from digest.api.documentation import build_schema
from digest.api.schema import stream_schema
from digest.blocks import IssueBodyBlock
from tests.schemas import queries_of

pytestmark = pytest.mark.django_db


def test_schema_is_served_and_is_openapi_31(client):
    schema = client.get("/api/v1/schema/").json()
    assert schema == build_schema() | {"servers": [{"url": "http://testserver/api/v1"}]}
    assert schema["openapi"] == "3.1.0"


def test_generating_the_schema_prints_no_warnings(capsys):
    build_schema.cache_clear()
    build_schema()
    assert capsys.readouterr().err == ""


def test_blocks_are_a_union_with_discriminator_type():
    components = build_schema()["components"]["schemas"]
    union = components["Block"]
    assert union["discriminator"]["propertyName"] == "type"
    assert list(union["discriminator"]["mapping"]) == list(IssueBodyBlock.base_blocks)
    story = components["StorySectionBlock"]["properties"]
    assert story["type"] == {"type": "string", "const": "story_section"}
    assert story["value"] == {"$ref": "#/components/schemas/StorySectionValue"}
    value = components["StorySectionValue"]
    assert value["properties"]["image"]["oneOf"][1] == {"type": "null"}
    assert "anchor" in value["required"]


def test_block_of_a_site_is_described():
    class SponsorBlock(blocks.StructBlock):
        name = blocks.CharBlock()
        amount = blocks.IntegerBlock(required=False)

    class Body(IssueBodyBlock):
        sponsor = SponsorBlock()

    components = {}

    def register(name, schema):
        components[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    stream_schema(Body(), register, {"$ref": "#/components/schemas/Image"})
    assert components["Block"]["discriminator"]["mapping"]["sponsor"].endswith("/SponsorBlock")
    assert components["SponsorValue"]["properties"]["amount"] == {"type": ["integer", "null"]}


def test_every_parameter_has_a_description_and_every_operation_its_problems():
    paths = build_schema()["paths"].values()
    for operation in (operation for methods in paths for operation in methods.values()):
        assert operation["description"]
        assert {"400", "406"} <= set(operation["responses"])
        assert {"200", "201", "202", "204"} & set(operation["responses"])
        assert all(parameter["description"] for parameter in queries_of(operation))


def test_schema_names_its_license_and_describes_the_tags_of_its_operations():
    schema = build_schema()
    assert schema["info"]["license"]["identifier"] == "BSD-3-Clause"
    assert schema["info"]["contact"]["name"]
    used = {
        tag for methods in schema["paths"].values() for o in methods.values() for tag in o["tags"]
    }
    assert {tag["name"] for tag in schema["tags"] if tag["description"]} == used


def test_root_hides_no_class_of_a_language():
    schema = build_schema()
    assert schema["paths"]["/"]["get"]["operationId"] == "getApiRoot"
    assert "ApiRoot" in schema["components"]["schemas"]


def test_parameters_that_are_true_or_false_are_boolean():
    parameters = queries_of(build_schema()["paths"]["/issues/"]["get"])
    [count] = [parameter for parameter in parameters if parameter["name"] == "count"]
    assert count["schema"] == {"type": "boolean", "default": False}


def test_parameters_of_several_operations_are_shared():
    schema = build_schema()
    operation = schema["paths"]["/issues/latest/"]["get"]
    assert {"$ref": "#/components/parameters/RichText"} in operation["parameters"]
    assert schema["components"]["parameters"]["Order"]["schema"]["enum"] == ["-date", "date"]


@pytest.mark.optional_apps
def test_parameter_with_other_values_keeps_them():
    parameters = queries_of(build_schema()["paths"]["/search/"]["get"])
    [order] = [each for each in parameters if each["name"] == "order"]
    assert "relevance" in order["schema"]["enum"]


def test_docs_page_uses_only_own_files(client):
    html = client.get("/api/v1/docs/").content.decode()
    assert 'data-schema="/api/v1/schema/"' in html
    assert "//" not in html.replace("<!DOCTYPE html>", "")


def test_docs_can_be_disabled(client, settings):
    settings.DIGEST_API_DOCS_ENABLED = False
    assert client.get("/api/v1/docs/").status_code == 404
    assert client.get("/api/v1/schema/").status_code == 404


def test_examples_are_valid():
    components = build_schema()["components"]
    examples_by_name = {
        name: shape["examples"]
        for name, shape in components["schemas"].items()
        if "examples" in shape
    }
    assert {
        "Issue",
        "Story",
        "Digest",
        "Tag",
        "Problem",
        "HeadlineBlock",
        "StorySectionBlock",
    } <= set(examples_by_name)
    for name, examples in examples_by_name.items():
        shape = {"$ref": f"#/components/schemas/{name}", "components": components}
        assert examples
        for example in examples:
            Draft202012Validator(shape).validate(example)


def test_schema_takes_no_queries(django_assert_num_queries, db):
    build_schema.cache_clear()
    with django_assert_num_queries(0):
        build_schema()
