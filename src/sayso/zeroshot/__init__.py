"""Zero-shot: what labels mean -> a model, without a single training row."""
