"""What other processes do to a registry while a test looks on. They fork from one that has imported everything already."""

from __future__ import annotations

import datetime
import itertools
import multiprocessing
import random

from sayso.errors import InputError
from sayso.registry import add, collect, promote, remove_alias, resolve, rollback

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["onnxruntime", "tokenizers", "sayso.registry", "sayso.runtime.model", "sayso.runtime.selftest"])
MODEL = "my-intents"
ALWAYS = datetime.timedelta()


def change(registry, bundles, seed, ready):
    """Register, promote, roll back, take away and collect at random until killed; tells when it has got going."""
    draw = random.Random(seed)
    for turn in itertools.count():
        if turn == 2:
            ready.set()
        alias = draw.choice(("production", "staging"))
        try:
            match draw.choice(("promote", "promote", "rollback", "remove", "collect")):
                case "promote":
                    promote(add(registry, draw.choice(bundles), MODEL), alias, why="trying")
                case "rollback":
                    rollback(registry / MODEL, alias)
                case "remove":
                    remove_alias(registry / MODEL, "staging", why="enough")
                case "collect":
                    collect(registry / MODEL, keep=2, min_age=ALWAYS)
        except InputError as error:
            if not any(words in str(error) for words in EXPECTED):
                raise


EXPECTED = ("has pointed at no version before", "has no alias", "was removed by `sayso gc`")
"""What may be answered to requests made at random."""


def promote_often(registry, bundles, times):
    """Promote two versions in turn."""
    versions = [add(registry, bundle, MODEL) for bundle in bundles]
    for turn in range(times):
        promote(versions[turn % 2])


def resolve_until(registry, done, ready, told):
    """Look up the production version over and over; how often, or what went wrong, is told."""
    count = 0
    ready.set()
    while not done.wait(0.005):
        try:
            resolve(MODEL, registry)
            count += 1
        except InputError as error:
            told.put(str(error))
            return
    told.put(count)
