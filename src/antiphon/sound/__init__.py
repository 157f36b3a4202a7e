"""Sound as arrays: loudness, mastering, rooms. numpy and scipy, no files and no networks."""
