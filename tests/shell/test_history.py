import stat

import pytest

from sayso.shell import history
from sayso.shell.history import Request, is_switched_off, last_runs, log
from sayso.shell.places import log_file
from sayso.shell.proposal import proposed
from shell.standin import GH, ByHeart

REQUEST = Request("list my prs — alle", {"git": {"current_branch": "main"}}, "gh", "registry:gh@production")


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def by_model():
    return proposed(GH, ByHeart().interpret("list my prs"))


def test_a_run_is_written_down_with_all_that_is_known_of_it(tmp_path):
    log(REQUEST, by_model(), "yes")
    [row] = last_runs()
    assert row.pop("time").endswith("+00:00")
    assert row == {
        "cwd": str(tmp_path),
        "tool": "gh",
        "model": "registry:gh@production",
        "request": "list my prs — alle",
        "context": {"git": {"current_branch": "main"}},
        "argv": ["gh", "pr", "list", "--state", "open"],
        "confidence": 0.95,
        "action": "execute",
        "risk": "read",
        "origin": "model",
        "permitted": "yes",
    }


def test_only_its_owner_can_read_it():
    log(REQUEST, by_model(), "yes")
    assert stat.S_IMODE(log_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(log_file().parent.stat().st_mode) == 0o700
    log_file().chmod(0o644)
    log(REQUEST, by_model(), "yes")
    assert stat.S_IMODE(log_file().stat().st_mode) == 0o600


def test_the_last_ones_are_shown_whatever_a_kill_has_left_of_others():
    for number in range(30):
        log(Request(str(number), {}, "gh", "m"), by_model(), "yes")
    with open(log_file(), "ab") as stream:
        stream.write(b'{"request": "cut o\n[1]\n\xff\n')
    assert [row["request"] for row in last_runs(5)] == ["28", "29"]
    assert last_runs(5)[0]["context"] is None


def test_a_long_log_begins_anew_and_the_old_one_is_kept(monkeypatch):
    monkeypatch.setattr(history, "LARGEST", 100)
    for text in ("a", "b", "c"):
        log(Request(text, {}, "gh", "m"), by_model(), "yes")
    assert [row["request"] for row in last_runs()] == ["c"]
    assert '"request": "b"' in log_file().with_name("do.1.jsonl").read_text()


def test_odd_characters_are_kept_in_a_way_that_json_can_read():
    log(Request("\ud800 \x1b \n", {"git": {"current_branch": "\udcff"}}, "gh", "m"), by_model(), "yes")
    assert last_runs()[0]["request"] == "\ud800 \x1b \n"


def test_a_folder_that_is_gone_is_no_hindrance(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    log(REQUEST, by_model(), "yes")
    assert last_runs()[0]["cwd"] is None


@pytest.mark.parametrize(
    ("value", "off"), [("0", True), ("false", True), ("OFF", True), ("no", True), ("1", False), ("", False), ("yes", False)]
)
def test_the_environment_switches_it_off(monkeypatch, value, off):
    monkeypatch.setenv("SAYSO_DO_LOG", value)
    assert is_switched_off() is off
