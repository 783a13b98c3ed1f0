"""Results of a queue: one after the other, or several at a time; none is thrown away."""
