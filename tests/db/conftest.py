"""A house for every test of the memory."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.house import House, a_house


@pytest_asyncio.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """A house, on each database in turn."""
    async with a_house(database_url) as house:
        yield house
