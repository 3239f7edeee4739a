import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from sayso.artifacts import MANIFEST, digest_of, new_artifact, open_artifact, read_json, write_json
from sayso.errors import ArtifactError


def make(out, text="hello", **facts):
    with new_artifact(out, "examples") as draft:
        (draft.path / "train.jsonl").write_text(text)
        draft.facts.update(facts)
    return open_artifact(out, "examples")


def test_a_finished_artifact_has_its_files_and_a_manifest_that_says_its_kind(tmp_path):
    artifact = make(tmp_path / "examples", rows=3)
    assert artifact.manifest["rows"] == 3
    assert artifact.kind == "examples"
    assert (artifact.path / "train.jsonl").read_text() == "hello"


def test_the_digest_depends_on_content_and_not_on_facts(tmp_path):
    first, same, other = make(tmp_path / "a", made="today"), make(tmp_path / "b", made="tomorrow"), make(tmp_path / "c", text="bye")
    assert first.digest == same.digest != other.digest


def test_a_stage_that_fails_leaves_the_old_artifact_as_it_was(tmp_path):
    make(tmp_path / "examples", text="old")
    with pytest.raises(RuntimeError), new_artifact(tmp_path / "examples", "examples") as draft:
        (draft.path / "train.jsonl").write_text("half")
        raise RuntimeError
    assert (tmp_path / "examples" / "train.jsonl").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["examples"]


def test_a_stage_killed_while_writing_leaves_nothing_that_looks_whole(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from sayso.artifacts import new_artifact\n"
        "with new_artifact(Path(sys.argv[1]), 'examples') as draft:\n"
        "    (draft.path / 'train.jsonl').write_text('half'); print('written', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "examples")], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    with pytest.raises(ArtifactError, match="sayso build"):
        open_artifact(tmp_path / "examples", "examples")


def test_a_missing_artifact_says_which_command_makes_it(tmp_path):
    with pytest.raises(ArtifactError, match=r"weights.*`sayso build`"):
        open_artifact(tmp_path / "weights", "weights")


def test_an_artifact_of_another_kind_is_refused(tmp_path):
    make(tmp_path / "examples")
    with pytest.raises(ArtifactError, match="'weights', found 'examples'"):
        open_artifact(tmp_path / "examples", "weights")


def test_a_torn_manifest_is_refused_with_its_line(tmp_path):
    artifact = make(tmp_path / "examples")
    (artifact.path / MANIFEST).write_text('{"kind": "exam')
    with pytest.raises(ArtifactError, match=r"manifest\.json:1: this is not valid JSON"):
        open_artifact(artifact.path, "examples")


def test_a_full_disk_is_told_as_such_and_leaves_nothing(tmp_path):
    with pytest.raises(ArtifactError, match="the disk is full; free some space"), new_artifact(tmp_path / "x", "examples"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert not list(tmp_path.iterdir())


def test_a_json_file_is_replaced_whole(tmp_path):
    write_json(tmp_path / "a.json", {"name": "Grüße"})
    write_json(tmp_path / "a.json", {"name": "再见"})
    assert read_json(tmp_path / "a.json") == {"name": "再见"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_digest_does_not_depend_on_the_order_of_keys():
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})


def test_the_digest_of_half_a_surrogate_pair_is_no_problem():
    assert digest_of("a\ud800") != digest_of("a\ud801")


def test_writing_again_while_another_writes_ends_with_one_whole_artifact(tmp_path):
    program = (
        "import sys; from pathlib import Path; from sayso.artifacts import new_artifact\n"
        "for turn in range(30):\n"
        "    with new_artifact(Path(sys.argv[1]), 'examples') as draft:\n"
        "        (draft.path / 'train.jsonl').write_text(sys.argv[2] * 1000)\n"
    )
    out = tmp_path / "examples"
    process = subprocess.Popen([sys.executable, "-c", program, str(out), "a"])
    seen = set()
    while process.poll() is None:
        try:
            seen.add((open_artifact(out, "examples").path / "train.jsonl").read_text())
        except (ArtifactError, FileNotFoundError):
            time.sleep(0.001)
    assert process.returncode == 0
    assert seen <= {"a" * 1000}
