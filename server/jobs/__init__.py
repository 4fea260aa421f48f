"""Background work, derived from state: each job asks what is not done yet and does it."""
