"""Registry: the versions of models on this machine, the aliases that programs load them by, and their way to the hub and back."""

from sayso.registry.aliases import promote, prove, remove_alias, rollback
from sayso.registry.garbage import collect, unneeded
from sayso.registry.history import Switch, aliases_in, history_of
from sayso.registry.hub import pull, push
from sayso.registry.places import default_registry, model_folder, models_in
from sayso.registry.references import find, resolve
from sayso.registry.versions import Version, add, open_version, versions_in

__all__ = [
    "Switch",
    "Version",
    "add",
    "aliases_in",
    "collect",
    "default_registry",
    "find",
    "history_of",
    "model_folder",
    "models_in",
    "open_version",
    "promote",
    "prove",
    "pull",
    "push",
    "remove_alias",
    "resolve",
    "rollback",
    "unneeded",
    "versions_in",
]
