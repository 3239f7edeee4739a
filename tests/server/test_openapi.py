"""Whatever the OpenAPI document allows, and much that it does not, is answered as the document says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from running import server_at, settings_in

ROUTES = [
    ("POST", "/v1/classify"),
    ("POST", "/v1/estimate"),
    ("GET", "/v1/shadow"),
    ("GET", "/api/config"),
    ("PUT", "/api/config"),
    ("GET", "/api/v1/labeling/queue"),
    ("POST", "/api/v1/labeling/take"),
    ("POST", "/api/v1/labeling/give-back"),
    ("POST", "/api/v1/labeling/label"),
    ("POST", "/api/v1/labeling/skip/{query_id}"),
    ("POST", "/api/v1/labeling/undo"),
    ("GET", "/api/v1/labeling/disputes"),
    ("POST", "/api/v1/labeling/adjudicate"),
    ("GET", "/api/v1/labeling/stats"),
    ("GET", "/api/v1/labeling/guide"),
    ("PUT", "/api/v1/labeling/guide/{head}/{label}"),
    ("GET", "/api/v1/labeling/export"),
    ("POST", "/api/v1/labeling/exports/{export_id}/acknowledge"),
    ("POST", "/api/v1/labeling/import"),
    ("DELETE", "/api/v1/labeling/items/{query_id}"),
    ("POST", "/api/v1/labeling/erase"),
    ("POST", "/api/v1/jobs"),
    ("GET", "/api/v1/jobs"),
    ("GET", "/api/v1/jobs/{number}"),
    ("POST", "/api/v1/jobs/{number}/cancel"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
]

IMPORT = "/api/v1/labeling/import"
"""What is in a file that it takes, no schema can tell."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzzed")
    settings_in(folder)
    with server_at(folder) as server:
        yield server


@pytest.fixture(scope="module")
def document(server):
    return schemathesis.openapi.from_url(f"{server.address}/openapi.json")


CASES = [(*route, mode) for route in ROUTES for mode in GenerationMode if mode.is_positive or route[0] != "GET"]


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_the_server_keeps_to_its_document_whatever_it_is_sent(document, server, method, path, mode):
    operation = document[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=30, suppress_health_check=list(HealthCheck), database=None)
    def holds(case):
        excluded = [positive_data_acceptance, negative_data_rejection] if path == IMPORT else None
        case.call_and_validate(headers={"Authorization": f"Bearer {server.token}"}, excluded_checks=excluded)

    holds()


def test_every_route_of_the_document_is_tried(document):
    assert {(method.upper(), path) for path in document for method in document[path]} == set(ROUTES)
