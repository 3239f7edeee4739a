"""Access: who may do what. Programs show a token, people a session that a token opened."""
