"""The bridge: each request message becomes one Temporal workflow start, and its result goes back."""
