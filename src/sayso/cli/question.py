"""What a person sees who labels: a text, what a model says of it, the labels with a key for each, and the guide to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any

from sayso.cli import terminal

if TYPE_CHECKING:
    from sayso.labeling.items import Item
    from sayso.project import Project

COMMANDS = "nsugqm"
LONGEST = 1500
"""As much of a text as is shown unasked."""


def keys_of(labels: Sequence[str]) -> dict[str, str]:
    """A key for each label, as far as there are keys: digits, and for more than nine labels the letters that mean nothing else."""
    letters = [letter for letter in ascii_letters if letter.lower() not in COMMANDS] if len(labels) > 9 else []
    return dict(zip([*digits[1:], *letters], labels, strict=False))


def show_text(item: Item, progress: str, notes: str) -> None:
    """A text and how far it is to the end."""
    text = terminal.visible(item.text, lines=True)
    show(f"\n{progress}", "dim")
    show(text[:LONGEST], "bold")
    if len(text) > LONGEST:
        show(f"… {len(text) - LONGEST:,} more characters; m shows them", "dim")
    if notes:
        show(f"note: {terminal.visible(notes)}", "yellow")


def show_question(head: str, labels: Sequence[str], guess: Any, *, several: bool) -> None:
    """Which head is meant, if there are several, what the model says, and what may be answered."""
    told = [f"{head}?"] if several else []
    if isinstance(guess, Mapping):
        told.append("model: " + ", ".join(f"{label} {score:.2f}" for label, score in islice(guess.items(), 3)))
    elif guess is not None:
        told.append(f"model: {in_words(guess)}")
    show("  ".join(told), "cyan")
    show(_legend(labels) if labels else "a number from 0 to 1, then Enter")


def show_guide(project: Project, head: str, labels: Sequence[str]) -> None:
    """What sayso.yaml says of labels: definition, tie-breakers and examples; of a score, what the number means."""
    about = project.heads[head].description
    if about or not labels:
        show(f"\n{head}: {about.strip() or 'sayso.yaml does not say what the number means'}", "dim")
    for name in labels:
        label = project.heads[head].labels[name]
        show(f"\n{name}", "cyan")
        show(label.description or "sayso.yaml says nothing of this label", "" if label.description else "dim")
        for rule in label.tie_breakers:
            show(f"  → {rule}", "yellow")
        for example in label.examples:
            show(f"  “{terminal.visible(example)}”", "dim")


def show(text: str, style: str = "") -> None:
    """Print as it is, unless there is nothing to print."""
    from rich.text import Text

    if text:
        terminal.stdout().print(Text(text, style=style))


def in_words(value: Any) -> str:
    """A label, labels or a number."""
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return value if isinstance(value, str) else f"{value:g}"


def _legend(labels: Sequence[str]) -> str:
    """Keys and labels, in as many lines as the terminal is narrow; none of them broken in two."""
    from rich.cells import cell_len

    keys, width = keys_of(labels), terminal.stdout().width
    lines = [""]
    for piece in (*(f"{key} {label}" for key, label in keys.items()), *(f"- {label}" for label in labels[len(keys) :])):
        if lines[-1] and cell_len(lines[-1]) + 3 + cell_len(piece) > width:
            lines.append("")
        lines[-1] += ("   " if lines[-1] else "") + piece
    return "\n".join(lines)
