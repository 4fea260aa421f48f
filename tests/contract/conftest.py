"""The populated service of the web tests, and its phones."""

from tests.integration.web.conftest import open_service, service

__all__ = ["open_service", "service"]
