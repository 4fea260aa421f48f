"""Pure decisions: authority, guards, rulings, projection. No framework, no IO, no clock."""
