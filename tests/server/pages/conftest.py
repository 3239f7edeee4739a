"""A server with a registry of two versions, and people who are logged in to it."""

import pytest
from fastapi.testclient import TestClient

from running import settings_in, token_for
from sayso.registry import add, promote
from sayso.server.app import create_app
from server.pages.visitors import Visitor, bundle_worth


@pytest.fixture(scope="module")
def settings(tmp_path_factory, shared_database_url):
    """A project of a tiny bundle; in its registry are two versions, of which the second is in production."""
    folder = tmp_path_factory.mktemp("pages")
    found = settings_in(folder, registry=folder / "registry", database_url=shared_database_url)
    for number in (1, 2):
        bundle = bundle_worth(folder / f"bundle{number}", 0.8 + number / 20)
        promote(add(found.registry, bundle, why=f"build {number}"), why=f"turn {number}")
    return found


@pytest.fixture(scope="module")
def app(settings):
    """The running application."""
    app = create_app(settings)
    with TestClient(app):
        yield app


@pytest.fixture(scope="module")
def admin(app, settings):
    return Visitor(app).log_in(token_for(settings, "admin"))


@pytest.fixture(scope="module")
def expert(app, settings):
    return Visitor(app).log_in(token_for(settings, "expert"))


@pytest.fixture
def stranger(app):
    return Visitor(app)


@pytest.fixture
def server(app):
    return app.state.server
