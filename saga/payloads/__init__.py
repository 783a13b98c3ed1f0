"""How values become Temporal's payloads: JSON by pydantic, encrypted if keys are set."""
