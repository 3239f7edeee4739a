import json

import pytest

from sayso.cli.bench import bench
from tiny_model import write_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp("tiny") / "bundle", max_length=40)


def test_a_person_sees_a_table_and_the_facts(bundle, capsys):
    bench(bundle, runs=3)
    shown = capsys.readouterr().out
    assert "tokens" in shown
    for name in ("p50", "p95", "p99", "throughput", "load", "size", "memory", "threads", "CPU"):
        assert name in shown
    assert max(map(len, shown.splitlines())) < 80


def test_json_has_every_figure(bundle, capsys):
    bench(bundle, runs=3, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert [row["tokens"] for row in document["latencies"]] == [6, 13, 32, 40]
    assert document["load_ms"] > 0
    assert document["size_bytes"] == sum(path.stat().st_size for path in bundle.iterdir())
