"""Train: examples -> weights. torch and transformers live here and in export, nowhere else."""

from sayso.train.bases import BASES, fetch_base, find_base, resolve_base
from sayso.train.stage import train

__all__ = ["BASES", "fetch_base", "find_base", "resolve_base", "train"]
