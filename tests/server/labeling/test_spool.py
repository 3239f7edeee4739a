import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from captured import put, record
from sayso.server.labeling.spool import Spool
from sayso.server.store.tables import Item, Spooled

TESTS = str(Path(__file__).parents[2])


def seen(database):
    with database.reading() as transaction:
        return dict(transaction.execute(select(Item.text, Item.seen)).all())


def test_what_was_put_in_is_in_the_database_once_after_draining(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    for text in ("one", "two", "One!"):
        assert spool.put(record(text))
    assert spool.drain(database, put) == 3
    assert seen(database) == {"one": 2, "two": 1}
    assert spool.waiting == 0
    assert spool.drain(database, put) == 0
    spool.close()
    assert list((tmp_path / "spool").iterdir()) == []


def test_what_is_drained_leaves_no_text_on_the_disk(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.put(record("something private"))
    spool.drain(database, put)
    assert all("private" not in file.read_text() for file in (tmp_path / "spool").rglob("*.jsonl"))
    spool.close()


def test_more_than_may_wait_is_refused_and_what_was_taken_stays(database, tmp_path):
    spool = Spool(tmp_path / "spool", most_bytes=600)
    assert [spool.put(record(f"text {n}")) for n in range(5)].count(True) == 2
    spool.drain(database, put)
    assert len(seen(database)) == 2
    assert spool.put(record("text 9"))
    spool.close()


def test_what_a_killed_process_left_is_taken_over_and_what_a_living_one_holds_is_not(database, tmp_path):
    program = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from captured import record
from sayso.server.labeling.spool import Spool
spool = Spool(Path(sys.argv[1]))
for n in range(100):
    assert spool.put(record(f"text {n}"))
print("put", flush=True)
sys.stdin.readline()
"""
    folder = tmp_path / "spool"
    command = [sys.executable, "-c", program, str(folder), TESTS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"put\n"
        own = Spool(folder)
        assert own.drain(database, put) == 0
        process.send_signal(signal.SIGKILL)
    assert own.drain(database, put) == 100
    assert len(seen(database)) == 100
    own.close()
    assert list(folder.iterdir()) == []


def test_a_line_that_a_kill_cut_off_is_left_out_and_the_others_are_not(database, tmp_path):
    left = tmp_path / "spool" / "dead"
    left.mkdir(parents=True)
    (left / "00000001.jsonl").write_text(json.dumps(record("whole")) + "\n" + json.dumps(record("broken"))[:40])
    spool = Spool(tmp_path / "spool")
    assert spool.drain(database, put) == 1
    assert seen(database) == {"whole": 1}
    spool.close()


KILLED_WHILE_DRAINING = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
sys.path.insert(0, sys.argv[4])
from captured import put, record
from sayso.server.labeling import spool as module
from sayso.server.store import open_database
module.BYTES_AT_ONCE = 2000
database = open_database(sys.argv[2])
spool = module.Spool(Path(sys.argv[1]))
for n in range(60):
    spool.put(record(f"text {n}"))
count = 0
@event.listens_for(database.engine, sys.argv[3])
def kill(*rest):
    global count
    count += 1
    if count == int(sys.argv[5]):
        os.kill(os.getpid(), signal.SIGKILL)
spool.drain(database, put)
"""


@pytest.mark.parametrize("moment", ["after_cursor_execute", "commit"])
@pytest.mark.parametrize("time", [1, 3, 8])
def test_a_process_killed_while_it_drains_loses_nothing_and_doubles_nothing(database, database_url, tmp_path, moment, time):
    folder, here = tmp_path / "spool", TESTS
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_DRAINING, folder, database_url, moment, here, str(time)], check=False)
    assert killed.returncode == -9
    spool = Spool(folder)
    spool.drain(database, put)
    assert seen(database) == {f"text {n}": 1 for n in range(60)}
    spool.close()
    with database.reading() as transaction:
        assert transaction.scalar(select(func.count()).select_from(Spooled)) == 0
