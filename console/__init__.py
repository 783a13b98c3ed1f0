"""The console: bookings, what needs a person and how all goes, in a browser. It stands above all rooms."""
