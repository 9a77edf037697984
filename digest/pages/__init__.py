"""What the pages of digests and issues are made of, for ``digest.mixins`` and ``digest.models``."""
