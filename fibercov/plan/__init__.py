"""What to build next: the cheapest builds to a target, in order, and how far from the cheapest they can be."""
