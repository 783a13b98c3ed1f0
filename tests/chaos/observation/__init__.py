"""What is seen of a chaos run from outside, and what is wrong with it."""
