"""Labeling: what a person may answer, what is taken out of a text first, what to ask next, and how far people agree."""
