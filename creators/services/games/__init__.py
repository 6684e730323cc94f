"""Points, streaks, tasks, achievements and boards."""
