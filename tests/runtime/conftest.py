"""A loaded model of one choice head, and one of three heads."""

import pytest

from sayso.runtime.load import load
from tiny_model import COMPLEXITY, INTENT, write_bundle


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    return load(write_bundle(tmp_path_factory.mktemp("tiny") / "bundle"))


@pytest.fixture(scope="session")
def three_heads(tmp_path_factory):
    return load(write_bundle(tmp_path_factory.mktemp("tiny") / "bundle", COMPLEXITY))


@pytest.fixture
def model_with(tmp_path):
    """A model whose intent head is changed in the spec."""

    def make(**changes):
        return load(write_bundle(tmp_path / "bundle", {"intent": INTENT | changes}))

    return make
