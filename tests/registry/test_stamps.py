"""Who did something when there is nobody to name."""

import getpass

from sayso.registry.stamps import stamp


def test_a_user_without_a_name_does_no_harm(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert stamp("why not").who.startswith("unknown@")


def test_the_moment_is_in_utc():
    assert stamp("").when.endswith("+00:00")
