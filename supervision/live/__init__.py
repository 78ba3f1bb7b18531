"""What cameras show now, how well they run, and how right they are."""
