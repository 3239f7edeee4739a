"""With OTEL_EXPORTER_OTLP_ENDPOINT set, every request is a trace."""

import sys

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from running import client_of, settings_in
from sayso.errors import MissingExtra
from sayso.server.monitoring.watch import traces_if_wanted

TEXT = {"text": "who calls login"}
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def spans_in(receiver):
    """{name: (span, attributes)} of all that was sent, and the resource's attributes."""
    spans, resource = {}, {}
    for body in receiver.at("/v1/traces"):
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource |= values(group.resource.attributes)
            for scope in group.scope_spans:
                spans |= {span.name: (span, values(span.attributes)) for span in scope.spans}
    return spans, resource


def values(attributes):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def test_a_request_is_a_span_with_one_in_it_for_the_model(tmp_path, monkeypatch, receiver):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    with client_of(settings_in(tmp_path)) as client:
        client.post("/v1/classify", json=TEXT, headers={"X-Request-Id": "mine", "traceparent": CALLER})
        client.get("/readyz")
        client.get("/nowhere")
    spans, resource = spans_in(receiver)
    assert set(spans) == {"POST /v1/classify", "model", "GET other"}
    request, told = spans["POST /v1/classify"]
    model, said = spans["model"]
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == tuple(CALLER.split("-")[1:3]), "it belongs to its caller's trace"
    assert (model.trace_id, model.parent_span_id) == (request.trace_id, request.span_id)
    assert request.start_time_unix_nano <= model.start_time_unix_nano <= model.end_time_unix_nano <= request.end_time_unix_nano
    assert told == {
        "http.request.method": "POST",
        "http.route": "/v1/classify",
        "http.response.status_code": 200,
        "sayso.request_id": "mine",
    }
    assert (said["sayso.label"], said["sayso.action"], said["sayso.texts"]) == ("FindCallers", "execute", 1)
    assert said["sayso.confidence"] > 0.9
    assert said["sayso.model.name"] == "tiny"
    assert resource["service.name"] == "sayso"
    assert not any(b"who calls" in body for body in receiver.at("/v1/traces")), "texts stay here"


def test_texts_are_traced_only_by_those_who_ask_for_it(tmp_path, monkeypatch, receiver):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{receiver.url}/v1/traces")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "search")
    with client_of(settings_in(tmp_path, log_texts=True)) as client:
        client.post("/v1/classify", json={"texts": ["who calls login", "xyz"]})
    spans, resource = spans_in(receiver)
    assert spans["model"][1]["sayso.text"] == "xyz", "of several, the one that the model was least sure of"
    assert resource["service.name"] == "search"


def test_what_is_missing_is_said_with_how_to_install_it(monkeypatch):
    assert traces_if_wanted() is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "sayso.server.monitoring.traces", raising=False)
    with pytest.raises(MissingExtra, match=r"sayso\[otel\]"):
        traces_if_wanted()
