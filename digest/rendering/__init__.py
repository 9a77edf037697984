"""Public output of blocks, rich text and images, the same for pages, feeds and the API."""
