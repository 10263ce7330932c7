"""What searches are compared by: two functions, and a small network on the digits."""
