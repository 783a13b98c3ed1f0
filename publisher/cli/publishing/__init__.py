"""`voyage publish`: what is in a file, under which ids it is sent, and how far that came."""
