"""API: what programs ask."""
