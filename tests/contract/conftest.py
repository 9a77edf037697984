from tests.api.conftest import notes

__all__ = ["notes"]
