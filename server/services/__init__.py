"""Use-cases: each function is one thing the service does, whoever asks for it."""
