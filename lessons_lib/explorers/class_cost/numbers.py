"""Bytes and seconds as one would write them, as words.js does."""

_BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_SECONDS = ((86_400, "days"), (3_600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"))


def bytes_of(value: float) -> str:
    """1.41 GB, 34.8 kB, 512 bytes; in powers of a thousand, three digits."""
    return _in(_BYTES, value, (1, "bytes"))


def seconds_of(value: float) -> str:
    """2.70 s, 34.1 ms, 90.0 µs, 13.3 min; three digits."""
    return _in(_SECONDS, value, (1e-9, "ns"))


def _in(units: tuple[tuple[float, str], ...], value: float, least: tuple[float, str]) -> str:
    size, unit = next(((size, unit) for size, unit in units if value >= 0.9995 * size), least)
    number = value / size
    if unit == "bytes":
        return f"{number:.0f} bytes"
    digits = 2 if number < 9.995 else 1 if number < 99.95 else 0
    return f"{number:,.{digits}f} {unit}"
