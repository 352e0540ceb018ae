"""The demo company: seeded data, a credit department, simulated calls."""
