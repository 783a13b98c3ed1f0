"""What can stand around Voyage, small and real: to run, to read, and for the tests."""
