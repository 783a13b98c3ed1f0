"""The connection to Temporal: how it is made, checked and watched. Nothing here knows of bookings."""
