"""Open an Office file (.docx, .xlsx) without trusting it: a zip of parts, identified by content types and relationships, not by names (ISO/IEC 29500-2)."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from xuncha.parts import require_part

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Fault = Literal["damaged", "password", "too-large", "hostile"]
DAMAGES: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, LookupError, RuntimeError)  # fmt: skip
"""The errors that reading a damaged zip raises."""
CONTENT_TYPES: Final = "[Content_Types].xml"
_MAX_PARTS: Final = 5_000
_MAX_LIST: Final = 4 * 1024 * 1024  # bytes of a list of kinds or relationships: thousands of entries
_ENCRYPTED: Final = 0x1
OUTSIDE: Final = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:|\\|//)")
"""A target outside the file, whatever its mode says."""
_RELATIONSHIPS: Final = re.compile(r"(?:(?P<folder>.*)/)?_rels/(?P<name>[^/]*)\.rels", re.IGNORECASE)
_NOT_TEXT: Final = ("image/", "audio/", "video/", "application/x-font", "application/vnd.openxmlformats-officedocument.obfuscatedFont")  # fmt: skip
_NOT_UTF_8: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00")
"""First bytes of a part that is XML in UTF-16 or UTF-32."""
_CHUNK: Final = 64 * 1024
_MAX_TOKEN: Final = 1024 * 1024  # bytes of a tag with its attributes, or of a comment
_MAX_DEPTH: Final = 100
_MAX_ATTRIBUTES: Final = 200  # of one element
_MAX_ALIKE: Final = 500_000  # elements of one name in a part, unless `most` says otherwise


class PackageError(Exception):
    """A file may not be read; `fault` is the kind of reason, the text says what was found."""

    def __init__(self, fault: Fault, message: str = "") -> None:
        super().__init__(message)
        self.fault = fault


class TooManyError(PackageError):
    """A part has more elements of one name than allowed; the text of the error is that name."""


class Relationship(NamedTuple):
    """A reference from one part, or from the file itself."""

    source: str  # the part's name; empty for the file itself
    kind: str  # the last word of its type, such as officeDocument, image, attachedTemplate
    target: str  # the name of a part, or an address outside
    external: bool


class Package:
    """The parts of an Office file by their names, which must differ in more than upper and lower case.

    All texts together may have `largest` bytes when unpacked, and unpacking may add at most as many. Raises PackageError if the file is damaged,
    protected by a password, or too large; SurroundingsError if the part `office` is not installed.
    """

    def __init__(self, content: bytes, largest: int, most_parts: int = _MAX_PARTS) -> None:
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(content))
        except DAMAGES as error:
            raise PackageError("damaged", str(error)[:200]) from None
        entries = [entry for entry in self.archive.infolist() if not entry.is_dir()]
        self.sizes = {entry.filename: entry.file_size for entry in entries}
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise PackageError("password")
        packed, unpacked = sum(entry.compress_size for entry in entries), sum(self.sizes.values())
        # Pictures hardly shrink: what grows a lot is text or a bomb, whatever its name.
        if len(entries) > most_parts or unpacked - packed > largest:
            raise PackageError("too-large")
        methods = {entry.compress_type for entry in entries} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        if methods or packed > len(content) or len({name.lower() for name in self.sizes}) < len(entries):
            raise PackageError("damaged", "overlapping, doubled or oddly packed parts")
        if sum(size for name, size in self.sizes.items() if self.is_text(name)) > largest:
            raise PackageError("too-large")

    def read(self, name: str) -> bytes:
        """Return a part, unpacked, with never more bytes than the directory of the zip says. Raises PackageError if it is damaged."""
        try:
            return self.archive.read(name)
        except DAMAGES as error:
            raise PackageError("damaged", str(error)[:200]) from None

    def root(self, name: str) -> Element:
        """Return the root of a part that is XML. Raises PackageError if it is not XML, or declares entities."""
        with require_part("office"):
            from defusedxml.common import DefusedXmlException  # noqa: PLC0415
            from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415
        try:
            return fromstring(self.read(name), forbid_dtd=True)
        except DefusedXmlException:
            raise PackageError("hostile", name) from None
        except (ParseError, ValueError, LookupError) as error:
            raise PackageError("damaged", f"{name}: {error}"[:200]) from None

    def _read_list(self, name: str) -> Element:
        """Return the root of a list of content types or relationships; its size is checked, since it is read before elements are counted."""
        if self.sizes[name] > _MAX_LIST:
            raise PackageError("too-large", name)
        return self.root(name)

    @cached_property
    def _kinds(self) -> tuple[dict[str, str], dict[str, str]]:
        """Content types by the ending of a name, and by the whole name."""
        by_ending: dict[str, str] = {}
        by_name: dict[str, str] = {}
        for element in self._read_list(CONTENT_TYPES) if CONTENT_TYPES in self.sizes else ():
            kind = element.get("ContentType", "").strip()
            if element.tag.endswith("}Default"):
                by_ending[element.get("Extension", "").lower()] = kind
            elif element.tag.endswith("}Override"):
                by_name[element.get("PartName", "").lstrip("/").lower()] = kind
        return by_ending, by_name

    def kind(self, name: str) -> str:
        """Return the content type of a part, such as image/png; empty if the file does not say it."""
        by_ending, by_name = self._kinds
        return by_name.get(name.lower()) or by_ending.get(name.rpartition(".")[2].lower(), "")

    def is_text(self, name: str) -> bool:
        """Return whether a part may be XML: its content type is not one of those that never are, such as pictures."""
        return not self.kind(name).startswith(_NOT_TEXT)

    @cached_property
    def relationships(self) -> tuple[Relationship, ...]:
        """All references from the file and its parts."""
        names = {name.lower(): name for name in self.sizes}
        found = []
        for list_name in self.sizes:
            if not (match := _RELATIONSHIPS.fullmatch(list_name)):
                continue
            folder = match["folder"] or ""
            source = posixpath.join(folder, match["name"])
            for element in self._read_list(list_name):
                target = element.get("Target", "").strip()
                external = element.get("TargetMode", "").lower() == "external" or bool(OUTSIDE.match(target))
                if not external:
                    target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                    target = names.get(target.lower(), target)
                source = names.get(source.lower(), source)
                kind = element.get("Type", "").rpartition("/")[2]
                found.append(Relationship(source, kind, target, external))
        return tuple(found)

    def related(self, source: str, kind: str) -> list[str]:
        """Return the names of the parts to which a part, or the file itself (empty name), has a relationship of a kind."""
        return [
            each.target
            for each in self.relationships
            if (each.source, each.kind, each.external) == (source, kind, False) and each.target in self.sizes
        ]

    @property
    def main(self) -> str:
        """The main part, such as word/document.xml; empty if the file names none."""
        return next(iter(self.related("", "officeDocument")), "")

    def check_size(self, names: Iterable[str], most: Mapping[str, int], deepest: int = _MAX_DEPTH) -> None:
        """Refuse parts with more XML than any program writes; elements are counted in a stream, before a library reads them. Invalid XML passes.

        A few packed bytes can become millions of elements; libraries make an object of each, and some compare every element with every other.
        `most` is the number of elements that a part may have, by name without namespace; the empty name counts all of them. `deepest` is how
        deep elements may be nested. Raises TooManyError, and PackageError if a part is hostile or damaged.
        """
        for name in names:
            counts = Counter[str]()
            ended: list[str] = []
            depth = total = 0

            def start(_tag: str, attributes: list[str]) -> None:
                nonlocal depth
                depth += 1
                if depth - len(ended) > deepest or len(attributes) > 2 * _MAX_ATTRIBUTES:  # noqa: B023  called only within this turn of the loop
                    raise PackageError("hostile", name)  # noqa: B023

            for _chunk in self._feed(name, start, ended.append):
                depth -= len(ended)
                for tag, count in Counter(ended).items():
                    own = tag.rpartition(":")[2]
                    counts[own] += count
                    total += count
                    if counts[own] > most.get(own, _MAX_ALIKE) or total > most.get("", total):
                        raise TooManyError("too-large", own)
                ended.clear()

    def _feed(self, name: str, start: object, end: object) -> Iterator[bytes]:
        """Feed a part to a parser, and yield after each chunk; a declaration raises PackageError, and no entity is expanded."""
        from xml.parsers import expat  # noqa: PLC0415

        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = False
        parser.StartElementHandler, parser.EndElementHandler = start, end  # type: ignore[assignment]
        parser.StartDoctypeDeclHandler = _refuse_declaration
        fed = 0
        try:
            with self.archive.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk, False)
                    fed += len(chunk)
                    if fed - parser.CurrentByteIndex > _MAX_TOKEN:
                        raise PackageError("hostile", name)
                    yield chunk
        except expat.ExpatError:
            return
        except DAMAGES as error:
            raise PackageError("damaged", str(error)[:200]) from None

    def refuse_declarations(self) -> None:
        """Raise PackageError for a part that begins with declarations, or in UTF-16: no Office program writes such XML."""
        for name in self.sizes:
            elements: list[str] = []
            chunks = self._feed(name, lambda tag, _attributes, found=elements: found.append(tag), None)
            try:
                with self.archive.open(name) as stream:
                    if self.is_text(name) and stream.read(4).startswith(_NOT_UTF_8):
                        raise PackageError("hostile", name)
                while not elements and next(chunks, None):
                    pass
            except DAMAGES as error:
                raise PackageError("damaged", str(error)[:200]) from None


def _refuse_declaration(*_arguments: object) -> None:
    raise PackageError("hostile")
