"""The way of a control message: cancel a booking, or tell how it stands."""
