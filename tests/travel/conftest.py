"""What is kept between runs is kept in a folder of the tests' own."""

from collections.abc import Iterator

import pytest

from joinedup.travel.keeping import FOLDER


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(tmp_path_factory.mktemp("cache")))
        yield
