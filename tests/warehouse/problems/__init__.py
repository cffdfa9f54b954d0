"""Problems and items: an invented package, and what follows from it by another way."""
