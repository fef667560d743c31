"""People's rights to their data: what we hold of a person, exported, erased, and proof of it."""
