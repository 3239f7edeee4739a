"""Monitoring: what the server does, counted, measured against what was promised, and told to those who watch."""
