"""What the bridge asks of Temporal about one booking, and what a failed call means."""
