"""With LANGFUSE_… set, every answer is a trace there, and what an expert says of it a score."""

import base64
import sys

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from running import client_of, settings_in
from sayso.errors import MissingExtra, UsageError
from sayso.server.monitoring.watch import langfuse_if_wanted

TRACES, SCORES = "/api/public/otel/v1/traces", "/api/public/scores"


def spans_in(receiver):
    """(trace, attributes) of each span that was sent, in the order of the texts."""
    found = [
        (span.trace_id.hex(), {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}, span)
        for body in receiver.at(TRACES)
        for group in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]
    return sorted(found, key=lambda item: item[1]["langfuse.observation.metadata.position"])


def test_every_answer_is_a_trace_and_the_experts_label_its_score(tmp_path, receiver, langfuse_at):
    key = langfuse_at(receiver.url)
    with client_of(settings_in(tmp_path)) as client:
        answers = client.post("/v1/classify", json={"texts": ["who calls login", "xyz"]}, headers={"X-Request-Id": "mine"}).json()
        monitoring = client.app.state.server.monitoring
        monitoring.score("mine", "TextSearch", position=1)
        monitoring.score("mine", "TextSearch", position=1)
    (first, facts, span), (second, _, _) = spans_in(receiver)
    version = answers["model"]["version"]
    assert (facts["langfuse.observation.model.name"], facts["langfuse.version"]) == ("tiny", version)
    assert (facts["langfuse.observation.output"], facts["langfuse.observation.metadata.action"]) == ("FindCallers", '"execute"')
    assert float(facts["langfuse.observation.metadata.confidence"]) > 0.9
    assert span.end_time_unix_nano > span.start_time_unix_nano
    assert first != second
    scores = [score for sent in receiver.json_at(SCORES) for score in sent]
    assert {(score["traceId"], score["value"], score["dataType"]) for score in scores} == {(second, "TextSearch", "CATEGORICAL")}
    assert len({score["id"] for score in scores}) == 1, "said twice, it is still one score"
    authorization = {headers.get("Authorization") or headers.get("authorization") for _, headers, _ in receiver.received}
    assert authorization == {"Basic " + base64.b64encode(f"{key}:sk-secret".encode()).decode()}
    assert not any(b"who calls" in body for _, _, body in receiver.received), "texts stay here"


def test_texts_are_sent_only_by_those_who_ask_for_it(tmp_path, receiver, langfuse_at):
    langfuse_at(receiver.url)
    with client_of(settings_in(tmp_path, log_texts=True)) as client:
        client.post("/v1/classify", json={"text": "who calls login"})
    assert [facts["langfuse.observation.input"] for _, facts, _ in spans_in(receiver)] == ["who calls login"]


def test_half_a_configuration_is_said_to_be_one(monkeypatch):
    assert langfuse_if_wanted() is None
    monkeypatch.setenv("LANGFUSE_PUBLIC_KEY", "pk")
    monkeypatch.setenv("LANGFUSE_SECRET_KEY", "sk")
    with pytest.raises(UsageError, match="LANGFUSE_HOST"):
        langfuse_if_wanted()


def test_what_is_missing_is_said_with_how_to_install_it(monkeypatch, langfuse_at):
    langfuse_at("http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "langfuse", None)
    monkeypatch.delitem(sys.modules, "sayso.server.monitoring.langfuse", raising=False)
    with pytest.raises(MissingExtra, match=r"sayso\[langfuse\]"):
        langfuse_if_wanted()
