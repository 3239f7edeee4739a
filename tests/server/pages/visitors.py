"""People with browsers, the bundles they look at, and what the audit log says of them."""

import json
import re

from fastapi.testclient import TestClient

from sayso.server.audit import entries
from tiny_model import write_bundle

HTML = {"Accept": "text/html"}


class Visitor:
    """Somebody with a browser: keeps cookies, follows nothing, and sends the csrf word of the page that was looked at last."""

    def __init__(self, app) -> None:
        self.client = TestClient(app, headers=HTML, follow_redirects=False, raise_server_exceptions=False)
        self.csrf = ""

    def get(self, path, **given):
        answer = self.client.get(path, **given)
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.text):
            self.csrf = found[1]
        return answer

    def post(self, path, headers=None, **fields):
        return self.client.post(path, data={"csrf": self.csrf, **fields}, headers=headers)

    def log_in(self, token):
        answer = self.client.post("/login", data={"token": token})
        assert answer.status_code == 303, answer.text
        self.get("/try")
        return self


def bundle_worth(folder, accuracy, name="tiny"):
    """A bundle whose manifest says how often it is right, and what its test rows were answered."""
    write_bundle(folder, name=name)
    manifest = json.loads((folder / "manifest.json").read_text())
    labels = manifest["spec"]["heads"]["intent"]["labels"]
    by_label = {figure: dict.fromkeys(labels, accuracy) for figure in ("f1", "precision", "recall")} | {"support": dict.fromkeys(labels, 9)}
    manifest["metrics"] = {"intent": {"accuracy": accuracy, "macro_f1": accuracy, "ece": 0.03, **by_label}}
    manifest["confidence_histogram"] = {"edges": [0, 0.5, 0.9, 1.0], "counts": [0, 20, 80]}
    manifest["intent_mix"] = dict.fromkeys(labels, 10)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def noted(server, action):
    """The newest entry of an action in the audit log."""
    with server.database.reading() as transaction:
        found = entries(transaction, action=action, limit=1)
    return found[0] if found else None
