"""What may be declared as a trip."""
