"""What ``convkit mse`` compares: two columns of tables, or two pictures or matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convkit import metrics
from convkit.errors import ConvkitError, unknown
from convkit.files import TEXT_SUFFIXES
from convkit.tables import Columns, read_table

if TYPE_CHECKING:
    from convkit.images import Picture

CHANNEL_NAMES = {
    "grey+alpha": ("grey", "alpha"),
    "rgb": ("red", "green", "blue"),
    "rgba": ("red", "green", "blue", "alpha"),
}


@dataclass(frozen=True)
class Comparison:
    """What was compared, and what came out of it.

    Attributes
    ----------
    about : dict
        The files, their columns or shape, and what the measures depend on.
    measures : dict
        All measures by name; NaN for one that is undefined.
    channels : dict
        The same for each channel of a picture, by the channel's name.
    columns : (array, array) or None
        The actual and predicted values, if columns were compared.
    """

    about: dict[str, Any]
    measures: dict[str, float]
    channels: dict[str, dict[str, float]] = field(default_factory=dict)
    columns: tuple[metrics.FloatArray, metrics.FloatArray] | None = None

    def rows(self) -> list[metrics.Residual]:
        """Return the errors of columns, row by row; nothing for pictures."""
        return metrics.residual_rows(*self.columns) if self.columns else []

    def only(self, name: str) -> Comparison:
        """Return the comparison with one measure left in it.

        Raises
        ------
        ConvkitError
            If there is no such measure, or none of what was compared.
        """
        if name not in self.measures:
            raise _absent(name, for_pictures=self.columns is None)
        channels = {channel: {name: values[name]} for channel, values in self.channels.items()}
        return replace(self, measures={name: self.measures[name]}, channels=channels)


def compare_files(
    files: Sequence[str],
    *,
    actual: str | None = None,
    predicted: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    data_range: float | None = None,
    max_pixels: int | None = None,
) -> Comparison:
    """Compare columns of one or two tables, or two pictures or matrices value by value.

    Columns are compared if there is one file or a column is named, and if both files are tables
    with a header or a single column. A table of several columns of bare numbers is a matrix.

    Parameters
    ----------
    files : sequence of str
        One or two paths, actual and predicted; ``-`` is standard input.
    actual, predicted : str, optional
        Columns, by name or by number from 1; by default the ones of that name, or the only ones.
    delimiter, header : optional
        As :func:`convkit.tables.read_table`.
    data_range : float, optional
        White minus black, for PSNR and SSIM; by default what the pictures say. Matrices don't.
    max_pixels : int, optional
        The most pixels of a picture, as :func:`convkit.images.read`.

    Raises
    ------
    ConvkitError
        If a file can't be read, the two don't fit together, or a value isn't a finite number.
    """
    if files.count("-") > 1:
        raise ConvkitError("standard input can't be both files", "name one of them")
    if len(files) == 1:
        _check_not_a_picture(files[0])
    by_column = len(files) == 1 or actual is not None or predicted is not None
    tables = _read_tables(files, delimiter, header, by_column=by_column)
    if tables and data_range is not None:
        raise ConvkitError("columns have no data range", "it is for pictures and matrices")
    if tables:
        return _compare_columns(tables, actual, predicted)
    # Columns of numbers shouldn't wait for the image library to load.
    from convkit import images

    limit = images.DEFAULT_MAX_PIXELS if max_pixels is None else max_pixels
    return _compare_pictures([images.read(file, max_pixels=limit) for file in files], data_range)


def check_measure(name: str) -> None:
    """Refuse early a name that is no measure's.

    Raises
    ------
    ConvkitError
    """
    names = [*metrics.MEASURES, *metrics.PICTURE_MEASURES]
    if name not in names:
        raise unknown("metric", name, names)


def _absent(name: str, *, for_pictures: bool) -> ConvkitError:
    if for_pictures:
        return ConvkitError(
            f"there is no {name} of matrices without a data range",
            "give white minus black: --data-range 255",
        )
    return ConvkitError(f"there is no {name} of columns", "it is a measure of pictures")


def _check_not_a_picture(file: str) -> None:
    suffix = Path(file).suffix.lower()
    if suffix in TEXT_SUFFIXES | {""}:
        return
    from convkit.images import SUFFIXES

    if suffix in SUFFIXES:
        raise ConvkitError(
            f"'{file}' alone can't be compared", "name a second one of the same shape"
        )


def _read_tables(
    files: Sequence[str], delimiter: str | None, header: bool | None, *, by_column: bool
) -> list[Columns]:
    """Return the files as tables if columns are to be compared, else an empty list."""
    on_disk = [file for file in files if file != "-"]
    if not by_column and not all(Path(f).suffix.lower() in TEXT_SUFFIXES for f in on_disk):
        return []
    tables = {file: read_table(file, delimiter, header) for file in on_disk}
    if by_column or all(t.has_header or len(t.names) == 1 for t in tables.values()):
        return [tables.get(file) or read_table(file, delimiter, header) for file in files]
    return []


def _compare_columns(
    tables: Sequence[Columns], actual: str | None, predicted: str | None
) -> Comparison:
    first, second = tables[0], tables[-1]
    separate = len(tables) > 1
    actual = _column(first, actual, "actual", separate=separate)
    predicted = _column(second, predicted, "predicted", separate=separate)
    _check_row_counts(first, second)
    values = first.numbers(actual), second.numbers(predicted)
    about = {
        "actual": {"file": first.source, "column": first.names[first.index(actual)]},
        "predicted": {"file": second.source, "column": second.names[second.index(predicted)]},
        "count": len(first.rows),
        "sum_squared_error": metrics.sum_squared_error(*values),
    }
    return Comparison(about, metrics.compare(*values), columns=values)


def _column(table: Columns, given: str | None, role: str, *, separate: bool) -> str:
    """Return the column to take: the given one, the one called by its role, or the only one."""
    if given is not None:
        return given
    if role in table.names:
        return role
    alone = len(table.names) == 1
    if separate and alone:
        return "1"
    raise ConvkitError(
        f"which column of '{table.source}' holds the {role} values?",
        "it has one column only: name a second file"
        if alone
        else f"give --{role} COLUMN, one of: {', '.join(table.names)}",
    )


def _check_row_counts(first: Columns, second: Columns) -> None:
    shorter, longer = sorted((first, second), key=lambda table: len(table.rows))
    if len(shorter.rows) != len(longer.rows):
        alone = longer.rows[len(shorter.rows)]
        raise ConvkitError(
            f"'{shorter.source}' ends after row {len(shorter.rows)}, '{longer.source}' has "
            f"{len(longer.rows)}: {longer.source}:{alone.line} has no partner",
            "only rows that belong together can be compared",
        )


def _compare_pictures(pictures: Sequence[Picture], data_range: float | None) -> Comparison:
    first, second = pictures
    white = _common_white(first, second)
    data_range = white if data_range is None else data_range
    result = metrics.compare_pictures(first.frames, second.frames, data_range=data_range)
    about = {
        "actual": {"file": first.source},
        "predicted": {"file": second.source},
        "shape": list(first.frames[0].shape),
        "frames": len(first.frames),
        "data_range": data_range,
    }
    names = _channel_names(pictures, len(result.channels))
    channels = dict(zip(names, result.channels, strict=True))
    return Comparison(about, result.overall, channels)


def _common_white(first: Picture, second: Picture) -> float | None:
    """Return the white of the pictures; an array, which has none, takes its partner's."""
    whites = {picture.white for picture in (first, second) if picture.kind != "array"}
    if len(whites) > 1:
        raise ConvkitError(
            f"white is {first.white:g} in '{first.source}' and {second.white:g} in "
            f"'{second.source}'",
            "bring both to the same bit depth first",
        )
    return whites.pop() if whites else None


def _channel_names(pictures: Sequence[Picture], count: int) -> Sequence[str]:
    for picture in pictures:
        names = CHANNEL_NAMES.get(picture.kind, ())
        if len(names) == count:
            return names
    return [f"channel {number}" for number in range(1, count + 1)]
