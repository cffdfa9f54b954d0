"""An area of its own, as an institution could add one beside the house: a declaration, a mart, and its deliveries."""
