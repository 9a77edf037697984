"""The register of sources: every address that a published issue cites, once."""
