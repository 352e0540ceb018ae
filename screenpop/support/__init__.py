"""Small foundations that know nothing of calls: clock, tasks, log."""
