"""The activities of a booking: they call suppliers, and give replies."""
