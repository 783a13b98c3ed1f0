"""Kills everything, lets it heal, and checks from outside that no booking was lost or doubled."""
