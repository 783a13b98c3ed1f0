"""The callers of a booking that runs: its own workflow takes some fifty, workflows beside it the others."""
