"""Answering: which model is in production, and how requests reach it."""
