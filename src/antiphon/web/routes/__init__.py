"""One file a noun, each with a `router`; a route is there because its file is there."""
