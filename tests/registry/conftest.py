"""A registry, and bundles that differ in how long their texts may be."""

import pytest

from registry.bundles import golden_bundle


@pytest.fixture
def registry(tmp_path):
    return tmp_path / "registry"


@pytest.fixture(scope="session")
def bundles(tmp_path_factory):
    """Eight bundles; not to be written to."""
    folder = tmp_path_factory.mktemp("bundles")
    return [golden_bundle(folder / str(number), max_length=16 + number) for number in range(8)]
