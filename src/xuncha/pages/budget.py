"""How much XML a part of an Office file may hold, counted as a stream before any library reads it.

A few bytes, packed, become millions of elements; libraries make an object of each, and some go through them for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Final

from xuncha.pages.package import DAMAGES, Package, PackageError

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

_CHUNK: Final = 64 * 1024
_LONGEST_TOKEN: Final = 1024 * 1024  # bytes of a tag with its attributes, or of a comment
_DEEPEST: Final = 100
_MOST_ATTRIBUTES: Final = 200  # of one element
_MOST_ALIKE: Final = 500_000  # elements of one name in a part, where nothing else is said


class TooManyError(PackageError):
    """A part has more elements of a name than it may have; the text of the error is that name."""


def must_be_modest(
    package: Package, names: Iterable[str], most: Mapping[str, int], deepest: int = _DEEPEST
) -> None:
    """Refuse parts with more than any program writes; what is no XML is passed over.

    Args:
        package: the file.
        names: of the parts.
        most: elements that a part may have, by their names without a namespace; an empty name stands for all together.
        deepest: how deep elements may stand in each other.

    Raises:
        PackageError: a part is hostile or damaged.
        TooManyError: it has too many elements of a name.
    """
    for name in names:
        counts = Counter[str]()
        ended: list[str] = []
        depth = total = 0

        def start(_tag: str, attributes: list[str]) -> None:
            nonlocal depth
            depth += 1
            if depth - len(ended) > deepest or len(attributes) > 2 * _MOST_ATTRIBUTES:  # noqa: B023  used up within the loop
                raise PackageError("hostile", name)  # noqa: B023

        for _fed_so_far in _feed(package, name, start, ended.append):
            depth -= len(ended)
            for tag, count in Counter(ended).items():
                own = tag.rpartition(":")[2]
                counts[own] += count
                total += count
                if counts[own] > most.get(own, _MOST_ALIKE) or total > most.get("", total):
                    raise TooManyError("too-large", own)
            ended.clear()


def _feed(package: Package, name: str, start: object, end: object) -> Iterator[int]:
    """Parse a part, with a pause behind each chunk."""
    from xml.parsers import expat  # noqa: PLC0415  nothing is expanded: a declaration ends it

    parser: XMLParserType = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = False
    parser.StartElementHandler, parser.EndElementHandler = start, end  # type: ignore[assignment]
    parser.StartDoctypeDeclHandler = _refuse_declaration
    try:
        with package.archive.open(name) as stream:
            for fed in _fed(parser, stream):
                if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                    raise PackageError("hostile", name)
                yield fed
    except expat.ExpatError:
        return
    except DAMAGES as error:
        raise PackageError("damaged", str(error)[:200]) from None


def _fed(parser: XMLParserType, stream: IO[bytes]) -> Iterator[int]:
    """Feed a parser; return how much of it, chunk by chunk."""
    fed = 0
    while chunk := stream.read(_CHUNK):
        parser.Parse(chunk, False)
        fed += len(chunk)
        yield fed


def _refuse_declaration(*_said: object) -> None:
    raise PackageError("hostile")
