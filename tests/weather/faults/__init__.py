"""The faults, each a block within which it lasts."""
