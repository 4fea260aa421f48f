"""A fictional city with two months of work: `load` plays it, `data/` says what happens."""
