"""Cases that fix each rule by example; `generate` writes them to the JSON files beside it."""
