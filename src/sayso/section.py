"""Section: what every part of sayso.yaml is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of sayso.yaml; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
