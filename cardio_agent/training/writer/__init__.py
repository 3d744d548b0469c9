"""Training of the bundled writer: a small language model that words what the plain writer says."""
