"""The admin of newsletters: settings of each digest, and subscribers."""
