"""The problem type that only the feed of changes has."""

from digest.api.errors import Problem

START_OVER = Problem(
    "start-over",
    410,
    "Start over",
    "The feed cannot go on from this `since`. Fetch it without, and replace your copy.",
)

PROBLEMS = [START_OVER]
