"""Publishing results: from the outcome of a booking to the message that the contract promises."""
