"""The way of a request message: parse, decide, start its workflow, or reject it."""
