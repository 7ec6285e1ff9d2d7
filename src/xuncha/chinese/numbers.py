"""Read and write numbers: 105, 1,799, 一百零五, 一百五, 廿三, 二〇二四, 1百05, 3万5千, 3.5万, ⑫. Find telephone numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final
from unicodedata import numeric

from xuncha.chinese.characters import half_width_digits

_DIGITS: Final = "零一二三四五六七八九"
_UNITS: Final = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_OTHER_FORMS: Final = str.maketrans(
    dict(zip("〇○壹贰叁肆伍陆柒捌玖拾佰仟萬億", "零零一二三四五六七八九十百千万亿", strict=True))
    | {"廿": "二十", "卅": "三十", "卌": "四十"}
)
_GROUPED: Final = re.compile(r"(?<=[0-9]),(?=(?:[0-9]{3})+(?![0-9]))")  # the commas of 1,799
_MYRIAD: Final = 10**4
_LONGEST: Final = 30  # the most characters that a number may have
_ARABIC: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_CHARACTER: Final = "[〇○零一二两三四五六七八九十百千万亿廿卅卌]"  # one character of a Chinese number
_ARABIC_PART: Final = r"(?:[0-9０-９]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9０-９]+)(?:[.．][0-9０-９]+)?"
NUMBER: Final = rf"(?=[0-9０-９]|{_CHARACTER})(?:{_ARABIC_PART})?(?:{_CHARACTER}(?:点(?={_CHARACTER}))?(?:{_ARABIC_PART})?){{0,20}}"
"""Part of other patterns: a text that may be a number. `amount` reads it, and returns None if it is not a number."""
SYMBOL: Final = "[①-⓿❶-➓㈠-㈩⑴-⒛㉑-㉟㊀-㊉㊱-㊿]"  # a number that is one character: ① ⑫ ㊿ ⑴ ⒈ ㈠
_SYMBOL: Final = re.compile(SYMBOL)
TELEPHONE: Final = re.compile(
    r"(?<![0-9A-Za-z@./-])"
    r"(?:1[0-9]{2}[- ]?[0-9]{4}[- ]?[0-9]{4}|(?:[（(]0[0-9]{2,3}[）)]|0[0-9]{2,3})?[-—－ ]?[0-9]{3,4}[- ]?[0-9]{4})"
    r"(?:(?:[-—－]|转)[0-9]{1,6})?(?![0-9A-Za-z@])"
)
"""A telephone number with area code and extension: 0453-8888888转8001, （0546）838 2481, 138-0000-0000. No line may break inside it."""


def whole_number(text: str) -> int | None:
    """Read a whole number: 105, 一百零五, 1百05, 3.5万, ⑫. Return None for a fraction, and for what is not a number."""
    number = amount(text)
    return int(number) if number is not None and number == int(number) else None


def amount(text: str) -> float | None:
    """Read a number, with or without a fraction: 3.5, 三点五, 1.25万. Return an int if it is whole, and None if it is not a number.

    Two Chinese digits side by side are not a number: 三四 means three or four.
    """
    if text.isascii() and text.isdecimal():  # most numbers are written so
        return int(text) if len(text) <= _LONGEST else None
    if _SYMBOL.fullmatch(text):
        return int(numeric(text))
    plain = _GROUPED.sub("", half_width_digits(text.strip()).translate(_OTHER_FORMS))
    number = _parse(plain) if 0 < len(plain) <= _LONGEST else None
    if number is None:
        return None
    return int(number) if number == int(number) else float(number)


def _parse(text: str) -> Decimal | None:
    """Read a number by splitting it at its largest unit: the part before is the multiplier, the part after is the rest."""
    for name, unit in _UNITS.items():
        if name in text:
            before, _name, behind = text.rpartition(name)
            count, rest = _multiplier(before, unit), _remainder(behind, unit)
            return count * unit + rest if count is not None and rest is not None else None
    return _without_units(text)


def _multiplier(text: str, unit: int) -> Decimal | None:
    """Read the multiplier before a unit: 十 may have none; 十, 百 and 千 take one digit or Arabic digits, 万 less than 10⁴, 亿 any number."""
    if not text and unit == _UNITS["十"]:
        return Decimal(1)
    if unit >= _MYRIAD:
        number = _parse(text)
        return number if number and (unit > _MYRIAD or number < unit) else None
    digits = _DIGITS[1:] if unit == _UNITS["十"] else _DIGITS[1:] + "两"
    is_digit = len(text) == 1 and text in digits
    return _without_units(text) if is_digit or _ARABIC.fullmatch(text) else None


def _remainder(text: str, unit: int) -> Decimal | None:
    """Read the part after a unit: 一百零五 and 1百05 are 105, 一百五 and 1百50 are 150."""
    if not text:
        return Decimal(0)
    digit = _without_units(text) if len(text) == 1 and text not in "零两" else None
    if digit is not None:
        return digit * unit / 10
    if text.isdecimal() and text.isascii():
        return Decimal(text) if len(text) == len(str(unit)) - 1 else None
    zero = text.startswith("零")
    text = text.removeprefix("零")
    if not set(text) - set(_DIGITS + "两"):  # several digits without units, such as 一百二三
        number = _without_units(text) if len(text) == 1 and text not in "零两" else None
    else:
        number = _parse(text)
    return number if number and number < (unit / 10 if zero else unit) else None


def _without_units(text: str) -> Decimal | None:
    """Read digits without units: 105, 3.5, 五, 两, 二〇二四, 三点五."""
    if _ARABIC.fullmatch(text):
        return Decimal(text)
    if text == "两":
        return Decimal(2)
    whole, point, fraction = text.partition("点")
    if not whole or set(whole + fraction) - set(_DIGITS) or (point and not fraction):
        return None
    if len(whole) == 2 and "零" not in whole:  # noqa: PLR2004  三四 is three or four
        return None
    digits = "".join(str(_DIGITS.index(character)) for character in whole + fraction)
    return Decimal(digits).scaleb(-len(fraction))


def numeral(number: int) -> str:
    """Write a whole number below 10¹⁶ in Chinese: 1 is 一, 12 is 十二, 105 is 一百零五, 0 is 零."""
    written = _numeral_part(number) or _DIGITS[0]
    return written[1:] if written.startswith("一十") else written


def _numeral_part(number: int) -> str:
    """Write a number as the part after a larger unit: 12 is 一十二, 0 is an empty string."""
    for name, unit in _UNITS.items():
        if number >= unit:
            count, rest = divmod(number, unit)
            zero = "零" if 0 < rest < unit // 10 else ""
            return f"{numeral(count)}{name}{zero}{_numeral_part(rest)}"
    return _DIGITS[number] if number else ""
