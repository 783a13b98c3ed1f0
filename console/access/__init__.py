"""Who may look and who may act: users, sessions, and the checks of each request."""
