"""The populated service of the web tests with its phones, and a real one with a county at work."""

from tests.integration.outages.conftest import open_county
from tests.integration.web.conftest import open_service, service

__all__ = ["open_county", "open_service", "service"]
