"""XML of an Office file read as a stream, and no more of it than any program writes, before a library makes objects of it.

A few bytes, packed, become millions of elements; libraries make an object of each, and some go through them for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Final

from xuncha.pages.package import DAMAGES, Package, PackageError

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

_CHUNK: Final = 64 * 1024
_LONGEST_TOKEN: Final = 1024 * 1024
"""Bytes of a tag with its attributes, or of a comment."""
_DEEPEST: Final = 100
_MOST_ATTRIBUTES: Final = 200
"""Of one element."""
_MOST_ALIKE: Final = 500_000
"""Elements of one name in a part, where nothing else is said."""
_OTHER_THAN_UTF_8: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00")
"""How a part begins that is XML in UTF-16 or UTF-32."""


class TooManyError(PackageError):
    """A part has more elements of a name than it may have; the text of the error is that name."""


def must_be_modest(package: Package, most: Mapping[str, int]) -> None:
    """Refuse a file with parts that no program writes: of too much XML, with declarations, or in UTF-16.

    Args:
        package: the file; what is no XML is passed over.
        most: elements that a part may have, by their names without a namespace; an empty name stands for all together.

    Raises:
        PackageError: a part is hostile or damaged.
        TooManyError: it has too many elements of a name.
    """
    for name in package.sizes:
        read(package, name, most)


def read(
    package: Package,
    name: str,
    most: Mapping[str, int],
    deepest: int = _DEEPEST,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] = lambda _tag: None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Read a part as a stream, as `must_be_modest` does; where `start` is told of its elements, it must be XML.

    Args:
        package: the file.
        name: of the part.
        most: see `must_be_modest`.
        deepest: how deep elements may stand in each other.
        start: is told of the beginning of each element: `namespace}name`, and its attributes by such names.
        end: is told of the end of each element.
        data: is told of texts, in pieces.

    Raises:
        PackageError: see `must_be_modest`.
    """
    from xml.parsers import expat  # noqa: PLC0415  nothing is expanded: a declaration ends it

    # Where nobody is told, an unknown prefix is no error: some libraries pass over it, too.
    separator = "}" if start else ":"
    counts: dict[str, int] = {}
    depth = total = 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, total
        depth += 1
        total += 1
        own = tag.rpartition(separator)[2]
        count = counts[own] = counts.get(own, 0) + 1
        if depth > deepest or len(attributes) > _MOST_ATTRIBUTES:
            raise PackageError("hostile", name)
        if count > most.get(own, _MOST_ALIKE) or total > most.get("", total):
            raise TooManyError("too-large", own)
        if start:
            start(tag, attributes)

    def finish(tag: str) -> None:
        nonlocal depth
        depth -= 1
        end(tag)

    parser = expat.ParserCreate(namespace_separator=separator if start else None)
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, finish, data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        with package.archive.open(name) as stream:
            _feed(parser, stream, only_utf_8=start is None and package.is_text(name))
        if start:
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        if start:
            raise PackageError("damaged", f"{name}: {error}") from None
    except DAMAGES as error:
        raise PackageError("damaged", str(error)[:200]) from None


def _feed(parser: XMLParserType, stream: IO[bytes], *, only_utf_8: bool) -> None:
    fed = 0
    while chunk := stream.read(_CHUNK):  # no more comes out than the directory says, whatever is packed
        if not fed and only_utf_8 and chunk.startswith(_OTHER_THAN_UTF_8):
            _refuse()
        parser.Parse(chunk, False)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
            _refuse()


def _refuse(*_said: object) -> None:
    raise PackageError("hostile")
