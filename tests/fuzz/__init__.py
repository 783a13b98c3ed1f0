"""Tests that hunt by themselves: hypothesis makes inputs, and a rule says what must hold for each."""
