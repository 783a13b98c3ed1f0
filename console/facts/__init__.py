"""What the console knows of bookings, kept messages and servers, asked at a bounded cost."""
