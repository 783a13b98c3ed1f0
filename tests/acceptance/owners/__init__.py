"""Bookings that belong to who asked for them, at a RabbitMQ with several users."""
