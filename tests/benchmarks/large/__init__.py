"""A million passages: how long answers take, and what they need, against an archive of ten thousand."""
