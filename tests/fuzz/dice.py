"""Changes: of bytes, of JSON values, of fields. All chance comes from the dice that are given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

MAX_STRETCH_BYTES = 16
INTEGERS = (-(2**63), -(2**31), -1, 0, 1, 2, 127, 255, 2**31 - 1, 2**31, 2**62, 2**63 - 1)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 10**40, 1.5, "", "0", "\0", "x" * 300, "=1+1", "<b>"),
    *("\ud800", "\u202e", "İ", "NaN", "1e400", [], {}, [[]], {"": None}),
)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """`data` with one to three stretches changed, cut, doubled or moved, or a bit flipped."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        at, length = dice.randrange(len(out) + 1), dice.randint(0, MAX_STRETCH_BYTES)
        piece = bytes(out[at : at + length])
        match dice.randrange(6):
            case 0:
                out[at : at + length] = dice.randbytes(dice.randint(0, MAX_STRETCH_BYTES))
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = piece
            case 3:
                out[at : at + length] = dice.choice((b"\xff", b"\x80", b"\x00")) * length
            case 4:
                del out[at:]
            case _ if at < len(out):
                out[at] ^= 1 << dice.randrange(8)
            case _:
                out += piece
    return bytes(out)


def another(value: Any, dice: random.Random, known: Sequence[Any]) -> Any:
    """Another value of the same type: near it, at a bound, one that is `known`, or any."""
    same_type = [one for one in known if type(one) is type(value)]
    if same_type and dice.random() < 0.4:
        return dice.choice(same_type)
    match value:
        case bool():
            return not value
        case int():
            return dice.choice((value + 1, value - 1, value ^ 1 << dice.randrange(62), *INTEGERS))
        case bytes() if value:
            at = dice.randrange(len(value))
            return value[:at] + bytes([value[at] ^ 1 << dice.randrange(8)]) + value[at + 1 :]
        case str():
            return dice.choice((value + "x", value[:-1], value.upper(), "", "global", "\0", "ä" * 9))
        case tuple() if value:
            at = dice.randrange(len(value))
            doubled, less = (*value, value[at]), value[:at] + value[at + 1 :]
            return dice.choice((doubled, less, value[::-1], (*value[:at], _inside(value[at], dice, known))))
        case _:
            return value


def _inside(value: Any, dice: random.Random, known: Sequence[Any]) -> Any:
    is_record = hasattr(value, "__dataclass_fields__")
    return with_field(value, dice, known) if is_record else another(value, dice, known)


def with_field(record: Any, dice: random.Random, known: Sequence[Any] = ()) -> Any:
    """A dataclass with one or two of its fields changed."""
    names = dice.sample([one.name for one in fields(record)], dice.randint(1, 2))
    return replace(record, **{name: another(getattr(record, name), dice, known) for name in names})


def with_value(data: Any, dice: random.Random) -> Any:
    """JSON values with one to three places changed, removed, doubled, nested or named anew."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        data = _changed(data, dice)
    return data


def _changed(data: Any, dice: random.Random) -> Any:
    if isinstance(data, dict) and data and dice.random() < 0.85:
        name = dice.choice(list(data))
        match dice.randrange(8):
            case 0:
                return {key: value for key, value in data.items() if key != name}
            case 1:
                return data | {dice.choice(("", name + "x", "\u200bkind", "x" * 200)): data[name]}
            case 2:
                return data | {name: data[dice.choice(list(data))]}
            case _:
                return data | {name: _changed(data[name], dice)}
    if isinstance(data, list) and data and dice.random() < 0.85:
        at = dice.randrange(len(data))
        match dice.randrange(5):
            case 0:
                return data[:at] + data[at + 1 :]
            case 1:
                return [*data, data[at]] * dice.choice((1, 1, 4))
            case _:
                return [*data[:at], _changed(data[at], dice), *data[at + 1 :]]
    return _odd(data, dice)


def _odd(data: Any, dice: random.Random) -> Any:
    if isinstance(data, str) and dice.random() < 0.5:
        at = dice.randrange(len(data) + 1)
        return data[:at] + dice.choice(("0", "x", "\0", "\u202e", " ", "9" * 20, "é")) + data[at + 1 :]
    if isinstance(data, int) and dice.random() < 0.5:
        return another(data, dice, ())
    if dice.random() < 0.05:
        return _deep(dice.choice((3, 31, 33, 200)))
    return dice.choice(ODD)


def _deep(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value
