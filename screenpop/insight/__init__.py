"""What the customer is likely to buy next, and what goes well with it."""
