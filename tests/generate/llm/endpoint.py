"""A server that speaks OpenAI's protocol and answers what a test tells it to; and a bakery's rows to answer with."""

import contextlib
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

from clischema.samples import write_sample

TOKENS_IN, TOKENS_OUT = 700, 400


@dataclass
class Say:
    """One answer: a status, the text of a completion, or nothing for so many seconds before it."""

    text: str = ""
    status: int = 200
    after: float = 0.0
    error: str = "not now"
    usage: dict | None = field(default_factory=lambda: {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT, "total_tokens": 1100})
    finish: str = "stop"
    headers: dict = field(default_factory=dict)
    body: dict | None = None


class Endpoint:
    """Answers the n-th request with `answer(n, request)`; remembers what it was asked."""

    def __init__(self, answer):
        self.answer, self.requests, self.paths, self.keys = answer, [], [], []
        self.lock = threading.Lock()
        self.at_once = self.most_at_once = 0

    @property
    def prompts(self):
        return [request["messages"][-1]["content"] for request in self.requests]

    @contextlib.contextmanager
    def running(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"endpoint": self}))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/v1"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.endpoint.lock:
            number = len(self.endpoint.requests)
            self.endpoint.requests.append(request)
            self.endpoint.paths.append(self.path)
            self.endpoint.keys.append(self.headers.get("Authorization"))
            said = self.endpoint.answer(number, request)
            self.endpoint.at_once += 1
            self.endpoint.most_at_once = max(self.endpoint.most_at_once, self.endpoint.at_once)
        time.sleep(said.after)
        with self.endpoint.lock:
            self.endpoint.at_once -= 1
        choice = {"index": 0, "finish_reason": said.finish, "message": {"role": "assistant", "content": said.text}}
        document = {"id": str(number), "object": "chat.completion", "created": 1, "model": request["model"], "choices": [choice]}
        document |= {"usage": said.usage} if said.usage else {}
        document = said.body or document
        body = json.dumps(document if said.status == 200 else {"error": {"message": said.error}}).encode()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(said.status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def orders(numbers):
    """Requests to list and to cancel orders, each with another number; every third row is no clear request."""
    for number in numbers:
        if number % 3 == 0:
            yield request(f"sing me song {number}", {"type": "clarification", "kind": "off_topic"})
        elif number % 3 == 1:
            yield request(f"please cancel order {number}", cancel(number))
        else:
            yield request(f"list open orders with label x{number}", listing(state="open", label=[f"x{number}"]))


def request(instruction, output, context=None):
    return {"instruction": instruction, "context": context, "output": output}


def listing(flags=(), **args):
    return {"type": "command", "command": "order", "subcommand": "list", "args": args, "flags": list(flags)}


def cancel(number, **args):
    return {"type": "command", "command": "order", "subcommand": "cancel", "args": {"number": number, **args}, "flags": []}


def wanted(asked):
    """How many rows a request asks for."""
    return int(re.search(r"Answer with (\d+) examples", asked["messages"][-1]["content"])[1])


def examples(rows):
    return Say(json.dumps({"examples": list(rows)}))


def good_answers():
    """An answer function that gives new rows at every request, as many as are asked for."""
    numbers = count(1)
    return lambda number, asked: examples(orders([next(numbers) for _ in range(wanted(asked))]))


def bakery(folder, **sections):
    """A project with the bakery's schema."""
    import yaml

    from sayso.project import Project

    write_sample(folder, name="schema.yaml")
    (folder / "sayso.yaml").write_text(yaml.safe_dump({"name": "bake", "commands": "schema.yaml", **sections}), encoding="utf-8")
    return Project.load(folder)


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
