import json

import pytest

from sayso.cli.bases import bases
from sayso.errors import UsageError
from sayso.train.bases import BASES


def test_every_base_has_a_line_that_says_where_it_comes_from(capsys):
    bases()
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()[1:]}
    assert list(lines) == list(BASES)
    assert lines["xlm-r"].endswith(("on the Hugging Face hub", "here"))


def test_json_tells_the_same(capsys):
    bases(as_json=True)
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["bases"]}
    assert rows["minilm"]["hub_id"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert rows["distilbert-multilingual"]["parameters_m"] == 134.7


def test_a_base_that_is_here_is_not_fetched_again(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("sayso.train.bases.find_base", lambda name: tmp_path)
    bases(fetch="minilm")
    assert capsys.readouterr().out.strip() == str(tmp_path)


def test_an_unknown_base_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="there is no base model 'minlm'; did you mean 'minilm'"):
        bases(fetch="minlm")
