import json

import pytest

from running import client_of, settings_in, token_for

API = "/api/v1/labeling"
PROJECT = """name: tiny
heads:
  intent: {type: choice, labels: {FindCallers: {description: who calls it, tie_breakers: [in doubt this]}, FindCallees: what it calls}}
  urgent: {type: score}
  topics: {type: tags, labels: [code, docs]}
labeling: {second_opinions: 0}
"""
ROWS = [{"text": "one"}, {"text": "two"}, {"text": "three", "intent": "FindCallees"}]


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "sayso.yaml").write_text(PROJECT)
    return settings_in(tmp_path)


@pytest.fixture
def admin(settings):
    with client_of(settings, "admin") as client:
        answer = client.post(f"{API}/import", content="".join(json.dumps(row) + "\n" for row in ROWS))
        assert answer.json() == {"settled": 1, "waiting": 2, "known": 0, "different": 0}
        yield client


def refused(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == code
    return answer.json()["error"]["message"]


def label(client, item=1, intent="FindCallers", **given):
    return client.post(f"{API}/label", json={"query_id": item, "expert_intent": intent, **given})


def test_the_queue_is_paged_and_searched_and_tells_what_is_known_of_each_text(admin):
    page = admin.get(f"{API}/queue", params={"page": 1, "page_size": 1}).json()
    assert (page["total"], page["page_size"], len(page["items"])) == (2, 1, 1)
    assert {"query_id", "text", "predicted_intent", "confidence", "scores", "seen", "reason"} <= set(page["items"][0])
    assert admin.get(f"{API}/queue", params={"q": "TW"}).json()["items"][0]["text"] == "two"
    assert admin.get(f"{API}/queue", params={"state": "labelled"}).json()["items"][0]["answer"] == {"intent": "FindCallees"}


def test_a_label_skip_and_undo_are_answered_with_what_the_item_is_now(admin):
    assert label(admin).json() == {"opinion_id": 1, "query_id": 1, "state": "labelled"}
    assert admin.post(f"{API}/undo", json={}).json()["state"] == "open"
    assert admin.post(f"{API}/skip/1").status_code == 204
    assert [item["query_id"] for item in admin.get(f"{API}/queue").json()["items"]] == [2, 1]


def test_a_label_that_there_is_not_is_refused_with_the_nearest_one(admin):
    assert "'FindCallers'" in refused(label(admin, intent="FindCaller"), 404, "unknown_label")
    wrong = admin.post(f"{API}/import", content='{"text": "x", "intent": "FindCallees"}\n{"text": "y", "intent": "Findcalees"}\n')
    message = refused(wrong, 404, "unknown_label")
    assert "2:" in message
    assert "'FindCallees'" in message
    assert admin.get(f"{API}/queue").json()["total"] == 2


def test_several_heads_are_answered_at_once(admin):
    answers = {"topics": ["docs", "code"], "urgent": 0.5, "intent": "FindCallers"}
    assert admin.post(f"{API}/label", json={"query_id": 1, "answers": answers}).json()["state"] == "labelled"
    row = json.loads(admin.get(f"{API}/export", params={"dialect": "sayso"}).text.splitlines()[-1])
    assert {head: row[head] for head in answers} == {"intent": "FindCallers", "urgent": 0.5, "topics": ["code", "docs"]}


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"query_id": 1}, 422, "invalid"),
        ({"query_id": 1, "expert_intent": "FindCallers", "answers": {}}, 422, "invalid"),
        ({"query_id": 1, "answers": {}}, 422, "invalid"),
        ({"query_id": 1, "answers": {"intnt": "FindCallers"}}, 404, "unknown_label"),
        ({"query_id": 1, "answers": {"urgent": 7}}, 404, "unknown_label"),
        ({"query_id": 99, "expert_intent": "FindCallers"}, 404, "not_found"),
        ({"query_id": -1, "expert_intent": "FindCallers"}, 422, "invalid"),
        ({"query_id": 10**30, "expert_intent": "FindCallers"}, 422, "invalid"),
        ({"query_id": 3, "expert_intent": "FindCallers"}, 409, "already_labelled"),
        ({"query_id": 1, "expert_intent": "FindCallers", "notes": "x" * 5000}, 422, "invalid"),
        ({"query_id": "one", "expert_intent": "FindCallers"}, 422, "invalid"),
    ],
)
def test_a_wrong_label_is_refused_for_what_it_is(admin, given, status, code):
    refused(admin.post(f"{API}/label", json=given), status, code)


def test_a_page_that_there_is_not_is_empty_or_refused(admin):
    assert admin.get(f"{API}/queue", params={"page": 1000}).json()["items"] == []
    for wrong in ({"page": 0}, {"page_size": 0}, {"page_size": 10_000}, {"page": "x"}, {"state": "lost"}):
        refused(admin.get(f"{API}/queue", params=wrong), 422, "invalid")


def test_experts_label_and_do_not_take_out_bring_in_or_erase_and_apps_do_none_of_it(settings, admin):
    expert, app = ({"Authorization": f"Bearer {token_for(settings, role)}"} for role in ("expert", "app"))
    assert admin.get(f"{API}/queue", headers=expert).status_code == 200
    refused(admin.get(f"{API}/queue", headers=app), 403, "forbidden")
    for method, path in (("GET", "/export"), ("POST", "/import"), ("DELETE", "/items/1"), ("POST", "/exports/1/acknowledge")):
        refused(admin.request(method, API + path, headers=expert), 403, "forbidden")
    refused(admin.post(f"{API}/erase", json={"text": "one"}, headers=expert), 403, "forbidden")
    assert admin.get(f"{API}/queue", headers={"Authorization": "Bearer none"}).status_code == 401


def test_an_export_is_text_and_label_as_jsonl_or_csv(admin):
    answer = admin.get(f"{API}/export", params={"format": "jsonl"})
    assert [json.loads(line) for line in answer.text.splitlines()] == [{"text": "three", "label": "FindCallees"}]
    assert answer.headers["x-export-rows"] == "1"
    answer = admin.get(f"{API}/export", params={"format": "csv"})
    assert answer.text.splitlines() == ["text,label", "three,FindCallees"]
    assert "attachment" in answer.headers["content-disposition"]
    refused(admin.get(f"{API}/export", params={"format": "xml"}), 422, "invalid")


def test_what_is_new_is_what_came_since_the_export_that_was_acknowledged(admin):
    number = admin.get(f"{API}/export", params={"since": "last"}).headers["x-export-id"]
    assert admin.get(f"{API}/export", params={"since": "last"}).status_code == 200
    assert admin.post(f"{API}/exports/{number}/acknowledge").status_code == 204
    refused(admin.get(f"{API}/export", params={"since": "last"}), 404, "nothing_to_export")
    refused(admin.post(f"{API}/exports/99/acknowledge"), 404, "not_found")
    label(admin)
    assert json.loads(admin.get(f"{API}/export", params={"since": "last"}).text) == {"text": "one", "label": "FindCallers"}


def test_a_text_is_forgotten_however_it_is_written_and_by_its_number(admin):
    assert admin.post(f"{API}/erase", json={"text": "ONE!"}).json() == {"erased": 1}
    refused(admin.post(f"{API}/erase", json={"text": "one"}), 404, "not_found")
    assert admin.delete(f"{API}/items/2").json() == {"erased": 1}
    refused(admin.delete(f"{API}/items/2"), 404, "not_found")
    assert admin.get(f"{API}/queue").json()["total"] == 0


def test_a_text_that_was_captured_a_moment_ago_is_forgotten_too(admin):
    admin.post("/v1/classify", json={"text": "plugh anna@example.com"})
    assert admin.post(f"{API}/erase", json={"text": "plugh anna@example.com"}).json() == {"erased": 1}


def test_the_guide_is_that_of_the_project_until_an_expert_writes_another(admin):
    entry = admin.get(f"{API}/guide").json()["heads"]["intent"]["labels"]["FindCallers"]
    assert entry == {"definition": "who calls it", "examples": [], "tie_breakers": ["in doubt this"], "edited_by": None}
    changed = {"definition": "better", "examples": ["who uses it"], "tie_breakers": []}
    assert admin.put(f"{API}/guide/intent/FindCallers", json=changed).status_code == 200
    entry = admin.get(f"{API}/guide").json()["heads"]["intent"]["labels"]["FindCallers"]
    assert entry == changed | {"edited_by": "a test's admin"}
    refused(admin.put(f"{API}/guide/intent/Nothing", json=changed), 404, "unknown_label")


def test_the_figures_tell_what_is_done_by_whom(admin):
    label(admin)
    told = admin.get(f"{API}/stats").json()
    assert told["items"] == {"open": 1, "labelled": 2, "disputed": 0}
    assert told["labels"] == {"intent": {"FindCallees": 1, "FindCallers": 1}}
    assert told["people"] == [{"name": "a test's admin", "labelled": 1, "last_hour": 1}]
    assert told["estimate"] is None


def test_how_often_the_model_is_right_is_told_once_enough_was_labelled(admin):
    texts = [f"who calls method {n}" for n in range(40)]
    admin.app.state.server.desk.capture._labeling = admin.app.state.server.desk.rules.model_copy(update={"capture_share": 1.0})
    admin.post("/v1/classify", json={"texts": texts})
    admin.app.state.server.desk.capture.drain()
    for item in admin.get(f"{API}/queue", params={"page_size": 100, "q": "method"}).json()["items"]:
        label(admin, item["query_id"], "FindCallers" if item["query_id"] % 4 else "FindCallees")
    found = admin.get(f"{API}/stats").json()["estimate"]
    assert found["rows"] == 40
    assert found["low"] < 0.75 < found["high"]
