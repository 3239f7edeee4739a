"""Real processes on a real port: signals, kills, several workers on one database, a queue that is full."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import httpx2
import psutil
import pytest
import yaml

from running import server_at, settings_in
from sayso.registry import add, aliases_in, history_of, promote, versions_in
from sayso.registry.versions import open_version
from tiny_model import CODE_SEARCH, write_bundle

TEXT = {"text": "who calls login"}


@pytest.fixture
def registry(tmp_path):
    folder = tmp_path / "registry"
    for number in (1, 2):
        add(folder, write_bundle(tmp_path / f"bundle{number}", CODE_SEARCH, name="tickets", languages=["en", f"x{number}"]))
    promote(versions_in(folder / "tickets")[0])
    return folder


def workers_of(server):
    """The processes that answer, which uvicorn's own started."""
    living = [child for child in psutil.Process(server.process.pid).children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child.pid for child in living if any("spawn_main" in word for word in child.cmdline())]


def test_the_first_start_shows_an_admins_token_once_and_the_second_none(tmp_path):
    settings_in(tmp_path)
    with server_at(tmp_path) as server:
        assert server.ask("GET", "/api/config").status_code == 200
        token = server.token
    with server_at(tmp_path, "--workers", "1") as again:
        assert again.token == ""
        again.token = token
        assert again.ask("GET", "/api/config").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ctrl_c_and_sigterm_answer_what_was_taken_and_end_well(tmp_path, number):
    settings_in(tmp_path)
    with server_at(tmp_path) as server:
        answers = []

        def ask():
            answers.append(server.ask("POST", "/v1/classify", json={"texts": ["who calls login and " * 60] * 250}))

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        time.sleep(0.3)
        server.process.send_signal(number)
        for asker in askers:
            asker.join()
        assert server.process.wait(15) in (0, -number)
        assert "Traceback" not in server.log.read_text()
    assert [(answer.status_code, len(answer.json()["predictions"])) for answer in answers] == [(200, 250)] * 4


def test_workers_share_tokens_settings_and_promotions_and_one_that_is_killed_comes_back(tmp_path, registry, postgres_url):
    settings_in(tmp_path)
    options = ("--workers", "2", "--model", "registry:tickets@production", "--database-url", postgres_url)
    with server_at(tmp_path, *options, SAYSO_REGISTRY=str(registry)) as server:
        server.ask("PUT", "/api/config", json={"task_complexity": {"ml_estimation_mode": "ml_only"}})
        promote(versions_in(registry / "tickets")[1])
        time.sleep(2)
        seen = [server.ask("POST", "/v1/classify", json=TEXT).json()["model"]["version"] for _ in range(20)]
        modes = [server.ask("GET", "/api/config").json()["task_complexity"]["ml_estimation_mode"] for _ in range(20)]
        assert (set(seen), set(modes)) == ({"2"}, {"ml_only"})
        first, second = workers_of(server)
        os.kill(first, signal.SIGKILL)
        end = time.monotonic() + 20
        while time.monotonic() < end and len(set(workers_of(server)) - {first, second}) == 0:
            time.sleep(0.1)
        assert len(workers_of(server)) == 2
        server.wait_until_ready()
        assert server.ask("POST", "/v1/classify", json=TEXT).status_code == 200


def test_kills_in_the_middle_of_promotions_and_settings_leave_nothing_half_done(tmp_path, registry):
    """Ten rounds: a process that promotes and a server that changes settings are killed at any moment."""
    settings_in(tmp_path)
    program = """
import sys
from pathlib import Path
from sayso.registry import promote, rollback, versions_in
model = Path(sys.argv[1])
versions = versions_in(model)
print("ready", flush=True)
while True:
    promote(versions[1])
    rollback(model)
"""
    token, modes = "", ("hybrid", "ml_only", "ml_refine")
    for turn in range(10):
        with server_at(tmp_path, "--model", "registry:tickets@production", SAYSO_REGISTRY=str(registry)) as server:
            token = server.token or token
            promoter = subprocess.Popen([sys.executable, "-c", program, str(registry / "tickets")], stdout=subprocess.PIPE)
            promoter.stdout.readline()
            acknowledged, stop = [], threading.Event()
            headers = {"Authorization": f"Bearer {token}"}

            def change(server=server, acknowledged=acknowledged, stop=stop, headers=headers):
                number = 0
                while not stop.is_set():
                    mode = modes[number % 3]
                    try:
                        answer = server.ask("PUT", "/api/config", json={"task_complexity": {"ml_estimation_mode": mode}}, headers=headers)
                    except httpx2.TransportError:
                        return
                    acknowledged.append((answer.status_code, mode))
                    number += 1

            changer = threading.Thread(target=change)
            changer.start()
            while not acknowledged and changer.is_alive():
                time.sleep(0.01)
            time.sleep(0.07 * turn)
            promoter.kill()
            os.killpg(server.process.pid, signal.SIGKILL)
            stop.set()
            changer.join()
            promoter.wait()
        settings = yaml.safe_load((tmp_path / "config.yaml").read_text())["task_complexity"]
        assert {status for status, _ in acknowledged} <= {200}
        position = modes.index(acknowledged[-1][1])
        assert settings["ml_estimation_mode"] in (modes[position], modes[(position + 1) % 3]), "what was acknowledged is there"
        production = aliases_in(registry / "tickets")["production"]
        open_version(versions_in(registry / "tickets")[production.after - 1])
        numbers = [switch.number for switch in history_of(registry / "tickets")]
        assert numbers == sorted(set(numbers))


def test_four_times_too_much_is_refused_quickly_and_the_server_recovers(tmp_path):
    settings_in(tmp_path)
    with server_at(tmp_path, SAYSO_QUEUE_TEXTS="300", SAYSO_THREADS="1") as server:
        headers = {"Authorization": f"Bearer {server.token}"}
        answers, refused = [], []

        def ask():
            with httpx2.Client(base_url=server.address, headers=headers, timeout=30) as client:
                for _ in range(6):
                    started = time.monotonic()
                    answer = client.post("/v1/classify", json={"texts": ["who calls login and " * 60] * 256})
                    answers.append(answer.status_code)
                    if answer.status_code == 429:
                        refused.append(time.monotonic() - started)
                        assert int(answer.headers["retry-after"]) >= 1

        askers = [threading.Thread(target=ask) for _ in range(12)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert set(answers) == {200, 429}
        assert sorted(refused)[len(refused) // 2] < 1.0
        assert server.ask("POST", "/v1/classify", json=TEXT).status_code == 200
        assert json.loads(server.ask("GET", "/readyz").text)["queue"]["waiting"] == 0


def test_a_server_that_cannot_start_says_why_in_one_line(tmp_path):
    def start(*options):
        command = [sys.executable, "-m", "sayso", "serve", "--project", str(tmp_path), "--port", "0", *options]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert "Traceback" not in result.stderr
        return result.returncode, result.stderr

    assert start("--model", "registry:nobody")[0] == 3
    settings_in(tmp_path)
    code, said = start("--database-url", "postgresql://me@127.0.0.1:9/none")
    assert (code, "does not answer" in said) == (4, True)
    code, said = start("--database-url", "nonsense")
    assert (code, "is no database" in said) == (2, True)


def test_a_project_that_cannot_be_read_is_told_before_anything_is_served(tmp_path):
    settings_in(tmp_path)
    (tmp_path / "sayso.yaml").write_text("name: shop\nheads: {intent: {type: choice, labels: [a, b]}}\nlabeling: {capture_belo: 0.5}\n")
    for options in ([], ["--check"]):
        command = [sys.executable, "-m", "sayso", "serve", "--project", str(tmp_path), "--port", "0", *options]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert told.returncode == 3
        assert told.stdout == ""
        assert "sayso.yaml:3" in told.stderr
        assert "capture_below" in told.stderr
