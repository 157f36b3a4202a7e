"""The studio's server: a page and the verbs behind it, over HTTP, on one's own machine.

No music is made in this room: routes parse and answer, `_jobs` waits in line, `_store` keeps, and
what composes, reads and renders runs in processes of its own (`_worker`, `_tasks`).
"""
