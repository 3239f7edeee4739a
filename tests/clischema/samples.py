"""A schema of a tool that does not exist, with everything that a schema can say; and a folder such as carapace keeps."""

import os
from pathlib import Path

import pytest

BAKE = """\
cli_name: bake
description: Run a bakery from the terminal
args:
  - {name: shop, short: C, description: Which shop}
flags:
  - {name: quiet, short: q, inherited: true}
commands:
  - name: order
    description: Work with orders
    aliases: [orders]
    subcommands:
      - name: list
        description: List orders
        aliases: [ls, show]
        args:
          - name: state
            type:
              enum: [open, baked, sold]
            default: open
          - {name: limit, type: integer, range: [1, 100], default: 30, short: L}
          - {name: label, repeatable: true, natural_language: [labelled, tagged]}
        flags:
          - name: web
            short: w
            natural_language: in the browser
        examples:
          - bake order list --state baked -L 5
          - {run: bake order list --web, say: show me the orders in the browser}
      - name: cancel
        description: Cancel an order
        args:
          - name: number
            type: integer
            positional: true
            required: true
            context: order.current
          - {name: reason, values: {late: [too late, delayed], spoiled: [], other: }}
        flags:
          - {name: refund, short: r}
          - {name: no-refund}
          - {name: force, short: f}
        exclusive: [[refund, no-refund]]
      - name: archive
        risk: destructive
        args:
          - {name: older, type: date}
          - {name: weight, type: number, range: [0, null], joined: true}
          - {name: confirm, type: boolean}
          - {name: sign, short: S, value_optional: true}
  - name: copy
    description: Copy recipes
    args:
      - {name: sources, type: path, positional: true, required: true, repeatable: true}
      - {name: dest, type: path, positional: true, required: true}
  - name: run
    description: Run a program in the oven
    options_first: true
    args:
      - {name: oven, positional: true, required: true, pattern: "[a-z]+"}
      - {name: program, positional: true}
      - {name: words, positional: true, repeatable: true}
      - {name: env, short: e, repeatable: true}
    flags:
      - {name: verbose, short: v, repeatable: true}
  - name: stash
    description: Put dough away
    args:
      - {name: what, positional: true}
    subcommands:
      - {name: pop, description: Take dough out again}
      - {name: drop}
"""

CARAPACE = {
    "oven": """\
name: oven <command> [flags]
description: Heat things
flags:
  -C=: Which oven
persistentflags:
  --help: Show help
  -q, --quiet: Say less
""",
    "oven.bake": """\
name: bake <recipe> [<tin>...] [-- <raw>...] [flags]
description: Bake something
aliases: [cook]
flags:
  -L, --limit=: Maximum number of loaves (default 12)
  -s, --state=: 'Filter by state: {raw|baked|burnt}'
  --level=: How loud ("quiet", "loud") (default "loud")
  --label=*: Add a label
  --title=!: The title
  -S, --sign?: Sign it
  -v, --verbose*: Say more
  --old&: Not shown
  -x, --from-file=: Read the recipe from `file`
  --recipe=: Another recipe
""",
    "oven.clean": "name: clean\ndescription: Clean the oven\n",
    "oven.secret": "name: secret\nhidden: true\n",
    "oven.secret.door": "name: door\n",
    "oven.shelf": "name: shelf <command>\ndescription: Work with shelves\nflags:\n  -a, --all: All\n",
    "oven.shelf.remove": "name: remove {<number> | <name> | --all} [flags]\ndescription: Remove a shelf\nflags:\n  --all: All of them\n",
}


def write_sample(folder: Path, text: str = BAKE, name: str = "bake.yaml") -> Path:
    """The file of a schema."""
    file = Path(folder) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def write_carapace(folder: Path) -> Path:
    """A folder with one file a command."""
    for name, text in CARAPACE.items():
        write_sample(folder, text, f"{name}.yaml")
    return folder


def real_schemas(name: str) -> Path:
    """What is beside the datasets; the test is skipped where there is nothing."""
    datasets = os.environ.get("SAYSO_DATASETS")
    place = Path(datasets).parent / "cli-schemas" / name if datasets else Path("nowhere")
    if not place.exists():
        pytest.skip(f"needs cli-schemas/{name} beside SAYSO_DATASETS")
    return place
