"""The memory that the ladder asks is the one that the tests implement."""

from tests.support.world import MemoryReader, small_world
from tocsin.core.reader import Reader


def test_the_memory_of_the_tests_answers_every_question_of_the_ladder() -> None:
    reader: Reader = small_world().reader()
    wanted = {name for name in vars(Reader) if not name.startswith("_")}
    assert set() == {name for name in wanted if not hasattr(reader, name)}
    assert isinstance(reader, MemoryReader)
