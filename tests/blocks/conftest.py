"""A database for all tests of blocks."""

import pytest


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Allow queries: from Django 6 on, a field needs the features of the database."""
