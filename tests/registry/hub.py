"""A small Hugging Face Hub on this machine: as much of its HTTP protocol as pushing and pulling a model needs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WRITER, READER, STRANGER = "hf_writer", "hf_reader", "hf_stranger"
OWNER = "ana"
REPO = r"(?P<repo>[\w.-]+/[\w.-]+)"


@dataclass
class Repo:
    """A repository: who may read it, and the files at each commit, the newest last."""

    private: bool
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def commit(self, files, message):
        """Add a commit; its sha."""
        sha = hashlib.sha1(f"{len(self.commits)}{message}".encode()).hexdigest()
        self.commits[sha] = files
        self.messages.append(message)
        return sha

    @property
    def files(self):
        """What is there now."""
        return self.commits[self.head]

    @property
    def head(self):
        """The newest commit."""
        return list(self.commits)[-1]


@dataclass
class Hub:
    """What the server knows, what it was asked, and how it is to misbehave."""

    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    on_the_way: dict[str, bytes] = field(default_factory=dict)
    refuses_all_with: int | None = None


@contextmanager
def serving():
    """A hub that answers on loopback until the block ends."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status, message, code=None, **body):
        self.status, self.headers = status, {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
        self.body = {"error": message, **body}


class Handler(BaseHTTPRequestHandler):
    """Finds the method for a request and sends what it returns."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    hub: Hub

    def log_message(self, *args):
        """Say nothing."""

    def do_GET(self):
        self.answer()

    do_HEAD = do_POST = do_PUT = do_GET

    def answer(self):
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0].replace("%2F", "/")
        self.hub.requests.append(f"{self.command} {path}")
        try:
            if self.hub.refuses_all_with:
                raise Refused(self.hub.refuses_all_with, "the hub is having a rest")
            for methods, pattern, handle in ROUTES:
                if self.command in methods and (found := re.fullmatch(pattern, path)):
                    return self.send(200, handle(self, **found.groupdict()))
            raise Refused(404, "no such page")
        except Refused as refused:
            return self.send(refused.status, refused.body, refused.headers)

    def send(self, status, body, headers=None):
        if isinstance(body, tuple):
            status, body, headers = body
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    # who asks, and for what

    @property
    def token(self):
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ")

    def readable(self, repo):
        found = self.hub.repos.get(repo)
        if found and (not found.private or self.token in (WRITER, READER)):
            return found
        if not self.token:
            raise Refused(401, "Invalid username or password.")
        raise Refused(404, "Repository not found", "RepoNotFound")

    def writable(self, repo):
        found = self.readable(repo)
        if self.token != WRITER:
            raise Refused(403, "you need a token with the role write")
        return found

    def commit_of(self, repo, revision):
        found = self.readable(repo)
        sha = found.head if revision == "main" else revision
        if sha not in found.commits:
            raise Refused(404, "Invalid rev id", "RevisionNotFound")
        return sha, found.commits[sha]

    # pages

    def create(self):
        asked = json.loads(self.content)
        repo = f"{asked['organization'] or OWNER}/{asked['name']}"
        if not self.token:
            raise Refused(401, "Invalid username or password.")
        if self.token != WRITER or not repo.startswith(f"{OWNER}/"):
            raise Refused(403, "You don't have the rights to create a model under this namespace")
        if repo in self.hub.repos:
            raise Refused(409, "You already created this model repo", url=f"{self.hub.url}/{repo}")
        self.hub.repos[repo] = Repo(asked.get("visibility") == "private" or asked.get("private", False))
        self.hub.repos[repo].commit({}, "initial commit")
        return {"url": f"{self.hub.url}/{repo}", "id": repo}

    def info(self, repo, revision="main"):
        sha, files = self.commit_of(repo, revision)
        siblings = [{"rfilename": name} for name in files]
        return {"id": repo, "modelId": repo, "sha": sha, "private": self.hub.repos[repo].private, "siblings": siblings}

    def validate(self):
        begins = json.loads(self.content)["content"].startswith("---\n")
        return {"errors": [], "warnings": []} if begins else (400, {"errors": [{"message": "no front matter"}]}, {})

    def preupload(self, repo, revision):
        there = self.writable(repo).files
        files = [file["path"] for file in json.loads(self.content)["files"]]
        return {"files": [{"path": path, "shouldIgnore": False, **mode_of(path, there.get(path))} for path in files]}

    def lfs_batch(self, repo):
        self.writable(repo)
        objects = json.loads(self.content)["objects"]
        for each in objects:
            if each["oid"] not in self.hub.blobs:
                each["actions"] = {"upload": {"href": f"{self.hub.url}/lfs/{each['oid']}"}, "verify": {"href": f"{self.hub.url}/verify"}}
        return {"transfer": "basic", "objects": objects}

    def lfs_put(self, oid):
        if hashlib.sha256(self.content).hexdigest() != oid:
            raise Refused(400, "this is not what was announced")
        self.hub.blobs[oid] = self.content
        return {}

    def lfs_verify(self):
        asked = json.loads(self.content)
        return {} if len(self.hub.blobs.get(asked["oid"], b"")) == asked["size"] else (404, {}, {})

    def commit(self, repo, revision):
        found = self.writable(repo)
        header, *operations = (json.loads(line) for line in self.content.splitlines())
        files = dict(found.files)
        for operation in operations:
            value = operation["value"]
            lfs = operation["key"] == "lfsFile"
            files[value["path"]] = self.hub.blobs[value["oid"]] if lfs else base64.b64decode(value["content"])
        sha = found.commit(files, header["value"]["summary"])
        return {"commitUrl": f"{self.hub.url}/{repo}/commit/{sha}", "commitOid": sha}

    def resolve(self, repo, revision, name):
        sha, files = self.commit_of(repo, revision)
        if name not in files:
            raise Refused(404, "Entry not found", "EntryNotFound")
        content = self.hub.on_the_way.get(name, files[name])
        etag = mode_of(name, files[name])["oid"]
        return 200, content, {"X-Repo-Commit": sha, "ETag": f'"{etag}"', "Content-Type": "application/octet-stream"}


def mode_of(path, content):
    """How the hub keeps a file, and what it knows it by."""
    mode = "lfs" if path.endswith(".onnx") else "regular"
    if content is None:
        return {"uploadMode": mode}
    git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    return {"uploadMode": mode, "oid": hashlib.sha256(content).hexdigest() if mode == "lfs" else git}


ROUTES = [
    (("POST",), r"/api/repos/create", Handler.create),
    (("GET",), rf"/api/models/{REPO}", Handler.info),
    (("GET",), rf"/api/models/{REPO}/revision/(?P<revision>[^/]+)", Handler.info),
    (("POST",), r"/api/validate-yaml", Handler.validate),
    (("POST",), rf"/api/models/{REPO}/preupload/(?P<revision>[^/]+)", Handler.preupload),
    (("POST",), rf"/{REPO}\.git/info/lfs/objects/batch", Handler.lfs_batch),
    (("PUT",), r"/lfs/(?P<oid>[0-9a-f]{64})", Handler.lfs_put),
    (("POST",), r"/verify", Handler.lfs_verify),
    (("POST",), rf"/api/models/{REPO}/commit/(?P<revision>[^/]+)", Handler.commit),
    (("GET", "HEAD"), rf"/{REPO}/resolve/(?P<revision>[^/]+)/(?P<name>.+)", Handler.resolve),
]
