"""Labeling on a server: texts are captured, experts say what they mean, and what is settled is exported."""
