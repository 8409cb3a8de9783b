from __future__ import annotations

import json
import re

from click.testing import CliRunner
from flask.testing import FlaskClient

from api.command import command

_NOT_API = {"openapi", "panel", "swagger"}


def test_every_route_of_the_api_is_described(client: FlaskClient) -> None:
    document = client.get("/openapi/openapi.json").get_json()
    described = {(path, method.upper()) for path, item in document["paths"].items() for method in item}
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint.split(".")[0] not in _NOT_API
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == described


def test_every_operation_says_what_it_is_and_how_it_fails(client: FlaskClient) -> None:
    document = client.get("/openapi/openapi.json").get_json()
    names = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation.get("summary"), where
            assert operation.get("description"), where
            assert operation.get("tags"), where
            assert set(operation["responses"]) & {"200", "307"}, where
            names.append(operation["operationId"])
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere_and_no_value_is_null(client: FlaskClient) -> None:
    text = client.get("/openapi/openapi.json").text
    document = json.loads(text)
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in document["components"]["schemas"]
    assert document["openapi"] == "3.1.0"
    assert document["components"].get("securitySchemes", {}) is not None


def test_the_documentation_page_works_without_the_internet(client: FlaskClient) -> None:
    for path in ("/openapi/", "/openapi/swagger"):
        page = client.get(path, follow_redirects=True)
        assert page.status_code == 200
        for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert not address.startswith(("http", "//")), address


def test_the_command_prints_the_same_document(client: FlaskClient) -> None:
    printed = CliRunner().invoke(command, ["openapi"])
    assert printed.exit_code == 0
    assert json.loads(printed.output) == client.get("/openapi/openapi.json").get_json()
