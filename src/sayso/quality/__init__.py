"""Quality: what is wrong with the examples, and what people decided about them."""

from sayso.quality.check import check
from sayso.quality.verify import verify

__all__ = ["check", "verify"]
