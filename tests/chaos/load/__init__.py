"""What a chaos run asks for, and how it is sent."""
