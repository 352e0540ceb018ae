"""Live counts for supervisors, each a pure fold with its formula."""
