"""The chat in the browser and the end points for programs."""
