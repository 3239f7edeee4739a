"""Puts the demo page, once npm has built it, into the wheel; an installation for development finds it in js/page."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DemoPage(BuildHookInterface[Any]):
    """The page's files, under sayso/export/page."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to a wheel that is to be installed elsewhere."""
        page = Path(self.root) / "js" / "page"
        if version == "standard" and (page / "index.html").is_file():
            build_data["force_include"][str(page)] = "sayso/export/page"
