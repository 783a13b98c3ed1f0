"""What a booking costs: by message, straight from a Temporal client, and the tutorial's way."""
