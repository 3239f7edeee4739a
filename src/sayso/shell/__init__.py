"""What `sayso do` takes besides a model: where it runs, what may run unasked, how a program is started, what is kept of it.

Nothing here talks to a person. A Proposal is what may be run; everything else is about it.
"""
