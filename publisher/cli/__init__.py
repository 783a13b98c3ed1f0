"""The commands of `voyage`: what can be typed, and what a person sees."""
