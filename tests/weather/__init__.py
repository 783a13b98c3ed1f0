"""Does to a running Voyage what networks and machines do, measures how long each costs, and checks."""
