"""Commands that only read: what stands in a workspace and its releases, and taking it out."""
