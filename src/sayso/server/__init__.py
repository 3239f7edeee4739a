"""Server: a model in production. Answers over HTTP, switches models without a pause, and shows what it does."""
