"""Descriptions: factors multiply back, and what is said about edges holds on pictures of edges."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convkit.errors import ConvkitError
from convkit.kernels import Kernel, describe, factors, kernel, parse, separable_terms

small = st.integers(-9, 9)
vectors = st.lists(small, min_size=1, max_size=6).filter(any)
matrices = hnp.arrays(
    np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=5), elements=small
).map(lambda weights: weights.astype(float))


# --- factors ---


@given(column=vectors, row=vectors, p=st.integers(1, 50), q=st.integers(1, 50))
def test_factors_of_a_product_multiply_back_exactly(column, row, p, q):
    weights = np.array([[float(Fraction(c * r * p, q)) for r in row] for c in column])
    found = factors(weights)
    back = [[float(found.scale * c * r) for r in found.row] for c in found.column]
    assert back == weights.tolist()
    assert np.gcd.reduce(found.column) == np.gcd.reduce(found.row) == 1


@given(matrices)
def test_factors_exist_exactly_for_rank_one(weights):
    assert (factors(weights) is not None) == (np.linalg.matrix_rank(weights) == 1)


@given(matrices)
def test_terms_sum_up_to_the_kernel_and_are_as_many_as_its_rank(weights):
    terms = separable_terms(weights)
    assert len(terms) == np.linalg.matrix_rank(weights)
    total = sum((np.outer(term.column, term.row) for term in terms), np.zeros(weights.shape))
    np.testing.assert_allclose(total, weights, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "column", "row", "scale"),
    [
        ("sobel-h", (-1, 0, 1), (1, 2, 1), 1),
        ("sobel-v", (1, 2, 1), (-1, 0, 1), 1),
        ("sobel-n", (1, 0, -1), (1, 2, 1), 1),
        ("box", (1, 1, 1), (1, 1, 1), Fraction(1, 9)),
        ("binomial:size=5", (1, 4, 6, 4, 1), (1, 4, 6, 4, 1), Fraction(1, 256)),
        ("-1 -2; -1 -2", (1, 1), (1, 2), -1),
        ("1 0 -1; 0 0 0; -1 0 1", (-1, 0, 1), (-1, 0, 1), 1),
    ],
)
def test_factors_as_the_textbook_writes_them(text, column, row, scale):
    assert factors(parse(text).weights) == (column, row, scale)


@pytest.mark.parametrize(
    "text", ["laplacian", "gaussian", "0 0; 0 0", "3000000000 1", "1/9973 1/9967 1/9949 1/9941"]
)
def test_no_exact_factors(text):
    assert factors(parse(text).weights) is None


# --- the rest of the description ---


def test_the_description_of_sobel():
    found = describe(parse("sobel-h"))
    assert (found.sum, found.absolute_sum, found.rank) == (0, 8, 1)
    assert found.output_range == (-1020, 1020)
    assert found.symmetry == {
        "left-right": "symmetric",
        "top-bottom": "antisymmetric",
        "half-turn": "antisymmetric",
        "quarter-turn": "none",
    }
    assert found.mirrors("antisymmetric") == ["top-bottom", "half-turn"]


@given(matrices)
def test_the_output_range_is_reached_and_never_left(weights):
    least, greatest = describe(Kernel("any", weights)).output_range
    assert least == (weights * 255 * (weights < 0)).sum()
    assert greatest == (weights * 255 * (weights > 0)).sum()


def test_a_bank_is_described_one_by_one():
    bank = Kernel("bank", np.stack([kernel("sobel-h"), kernel("box")])[:, np.newaxis])
    with pytest.raises(ConvkitError, match="bank of kernels"):
        describe(bank)
    assert [describe(part).sum for part in bank.slices()] == [0, 1]


# --- what it answers to ---

HORIZONTAL = "horizontal edges, positive where dark lies {} bright"
VERTICAL = "vertical edges, positive where dark lies {} bright"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sobel-h", HORIZONTAL.format("above")),
        ("-1 -2 -1; 0 0 0; 1 2 1", HORIZONTAL.format("above")),
        ("sobel-n", HORIZONTAL.format("below")),
        ("vertical-edge", VERTICAL.format("left of")),
        ("-1 1", VERTICAL.format("left of")),
        ("kirsch-w", VERTICAL.format("right of")),
        ("farid-v", VERTICAL.format("left of")),
        ("robinson-se", "diagonal (/) edges, positive where dark lies above left of bright"),
        ("roberts", "diagonal (/) edges, positive where dark lies below right of bright"),
        (
            "0 1 2; -1 0 1; -2 -1 0",
            "diagonal (\\) edges, positive where dark lies below left of bright",
        ),
        ("0 1 0; -2 0 2; 0 -1 0", "edges at 117°, positive where it brightens towards 27°"),
        (
            "laplacian",
            "edges and spots of every direction, positive on dark spots (second derivative)",
        ),
        ("dog", "edges and spots of every direction, positive on bright spots (second derivative)"),
        (
            "-1 -1 -1; 2 2 2; -1 -1 -1",
            "horizontal lines, positive on bright ones (second derivative)",
        ),
        ("1 -2 1", "vertical lines, positive on dark ones (second derivative)"),
        (
            "-1 -1 2; -1 2 -1; 2 -1 -1",
            "corners and diagonal (/) lines, positive on bright ones (mixed second derivative)",
        ),
        (
            "1 -2 1; -2 4 -2; 1 -2 1",
            "fine texture, corners and noise (a derivative of third or higher order)",
        ),
        ("box", "none: it smooths"),
        ("-1/16 9/16 9/16 -1/16", "none: it smooths"),
        ("-1 -1; -1 -1", "none: it smooths; inverted"),
        ("motion", "none: it smooths, mostly along horizontal lines"),
        ("motion:angle=30", "none: it smooths, mostly along lines at 30°"),
        ("identity", "none: it keeps the image as it is"),
        ("2", "none: it keeps the image as it is, times 2"),
        ("0 0 1", "none: it shifts the image 1 left"),
        ("1 0 0; 0 0 0; 0 0 0", "none: it shifts the image 1 down and 1 right"),
        ("sharpen", "edges of every direction, added to the image: it sharpens"),
        ("unsharp", "edges of every direction, added to the image: it sharpens"),
        ("-1 3 -1", "vertical edges, added to the image: it sharpens"),
        (
            "emboss",
            "diagonal (/) edges, positive where dark lies above left of bright, "
            "in relief on the image itself",
        ),
        ("gabor", "vertical stripes, most with a wavelength of 6 pixels (band-pass)"),
        (
            "gabor:theta=30,wavelength=10,sigma=6",
            "stripes at 60°, most with a wavelength of 10 pixels (band-pass)",
        ),
        ("0 0", "nothing: every weight is 0"),
    ],
)
def test_what_it_answers_to(text, says):
    assert describe(parse(text)).answers_to == says


EDGES = {
    # dark where the key says, on a 3x3 window around the edge
    "dark lies above bright": [[0, 0, 0], [0.5, 0.5, 0.5], [1, 1, 1]],
    "dark lies below bright": [[1, 1, 1], [0.5, 0.5, 0.5], [0, 0, 0]],
    "dark lies left of bright": [[0, 0.5, 1]] * 3,
    "dark lies right of bright": [[1, 0.5, 0]] * 3,
    "dark lies above left of bright": [[0, 0, 0.5], [0, 0.5, 1], [0.5, 1, 1]],
    "dark lies below right of bright": [[1, 1, 0.5], [1, 0.5, 0], [0.5, 0, 0]],
    "dark lies below left of bright": [[0.5, 1, 1], [0, 0.5, 1], [0, 0, 0.5]],
    "dark lies above right of bright": [[0.5, 0, 0], [1, 0.5, 0], [1, 1, 0.5]],
}


@pytest.mark.parametrize("point", ["n", "ne", "e", "se", "s", "sw", "w", "nw"])
@pytest.mark.parametrize("name", ["kirsch", "robinson", "prewitt", "sobel"])
def test_the_edge_that_is_named_is_the_one_that_answers_most(name, point):
    weights = kernel(f"{name}-{point}")
    answers = {words: (weights * np.array(edge)).sum() for words, edge in EDGES.items()}
    strongest = max(answers, key=answers.get)
    assert describe(parse(f"{name}-{point}")).answers_to.endswith(f"positive where {strongest}")


@given(
    hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=4),
        elements=st.floats(-1e100, 1e100) | st.floats(-1e-300, 1e-300) | st.floats(-2, 2),
    )
)
def test_no_numbers_are_too_large_or_too_small_to_be_described(weights):
    said = describe(Kernel("any", weights))
    assert said.answers_to
    assert np.isfinite(said.output_range).all()


@given(matrices)
def test_anything_is_described_and_its_negative_is_the_opposite_only(weights):
    said, opposite = (describe(Kernel("any", sign * weights)) for sign in (1, -1))
    assert said.answers_to
    assert said.rank == opposite.rank
    assert said.symmetry == opposite.symmetry
    assert said.output_range == tuple(-end for end in reversed(opposite.output_range))
