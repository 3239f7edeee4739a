"""Jobs: work that takes minutes, done by a process of its own that outlives the server which started it."""
