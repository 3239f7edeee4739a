"""Language models as transformers keeps them: which are taken."""

import json

import pytest

from sayso.errors import ArtifactError
from sayso.network.causal import load_causal


def test_a_model_that_cannot_write_is_refused_with_where_to_name_another(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertModel"]}))
    with pytest.raises(ArtifactError, match=r"no language model that writes \(BertModel\).*`base:` under `llm:`"):
        load_causal(tmp_path)
