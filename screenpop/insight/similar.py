"""Which items are bought together?

Up to `EASE_ITEMS_MAX` items the closed form of EASE (Steck, "Embarrassingly Shallow
Autoencoders for Sparse Data", WWW 2019): with G = X'X + λI and P = G⁻¹, the weight of
item i for item j is -P[i,j] / P[j,j]. Above that the cosine of the items' columns.
Only the strongest `NEIGHBOURS` weights of each item are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import lapack

from screenpop.insight.orders import Floats, Ints, Longs

Weights = npt.NDArray[np.float32]

EASE_ITEMS_MAX = 5_000
SMALL_ASSORTMENT = 1_000  # items; up to here each of them counts
NEIGHBOURS = 200  # of one item
COSINE_NEIGHBOURS = 100  # above EASE_ITEMS_MAX: an answer adds up all of them
BASKET_ITEMS_MAX = 2_000  # a larger row says little and costs its square
ITEMS_AT_ONCE = 500  # rows of the item-item matrix in memory, above EASE_ITEMS_MAX


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimilarItems:
    """The strongest neighbours of each of I items, by at most N weights."""

    neighbours: Ints  # (I, N) item indices
    weights: Weights  # (I, N) 0 where there are fewer

    def scores(self, items: Ints, *amounts: Floats) -> list[Floats]:
        """(I,) what each item gets from `items` (n,): counted by 1, then by `amounts`.

        Each of `amounts` is (n,). All are answered from one reading of the weights,
        which are spread over a model that does not fit into the processor's cache.
        """
        found = self.neighbours[items].reshape(-1).astype(np.intp)
        weights, count = self.weights[items], len(self.neighbours)
        counted: list[Weights | Floats] = [weights]
        counted += [weights * each[:, None] for each in amounts]
        return [_sums(found, each.reshape(-1), count) for each in counted]


def _sums(places: Longs, values: Weights | Floats, count: int) -> Floats:
    return np.bincount(places, values, count).astype(np.float64, copy=False)


def similar_items(
    rows: Ints, items: Ints, *, shape: tuple[int, int], ridge: float
) -> SimilarItems:
    """Weights from a 0/1 matrix of `shape` (rows, I), given as its coordinates.

    A row is a basket or a customer. `ridge` is EASE's λ.
    """
    matrix = _matrix(rows, items, shape)
    active = _active(matrix)
    if not len(active):
        return SimilarItems(
            neighbours=np.zeros((shape[1], 1), dtype=np.int32),
            weights=np.zeros((shape[1], 1), dtype=np.float32),
        )
    matrix = matrix[:, active]
    few = len(active) <= EASE_ITEMS_MAX
    found = _strongest_of(_ease(matrix, ridge), NEIGHBOURS) if few else _cosines(matrix)
    if len(active) == shape[1]:
        return found
    wide = (shape[1], found.weights.shape[1])
    neighbours, weights = np.zeros(wide, dtype=np.int32), np.zeros(wide, np.float32)
    neighbours[active] = active[found.neighbours]
    weights[active] = found.weights
    return SimilarItems(neighbours=neighbours, weights=weights)


def _matrix(rows: Ints, items: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix(
        (np.ones(len(rows), dtype=np.float32), (rows, items)), shape=shape
    )
    matrix.data[:] = 1.0  # an item that stands in a row more than once counts once
    sizes = np.diff(matrix.indptr)
    return matrix[(sizes > 1) & (sizes <= BASKET_ITEMS_MAX)]


def _active(matrix: sparse.csr_matrix) -> Ints:
    """Items with neighbours; in a large assortment those of one row say nothing."""
    counts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    least = 1 if matrix.shape[1] <= SMALL_ASSORTMENT else 2
    return np.flatnonzero(counts >= least).astype(np.int32)


def _ease(matrix: sparse.csr_matrix, ridge: float) -> Floats:
    gram = (matrix.T @ matrix).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    factor, failed = lapack.dpotrf(gram, lower=1, overwrite_a=1)
    assert failed == 0, "a Gram matrix plus a ridge is positive definite"
    half, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(half) + np.tril(half, -1).T
    weights: Floats = inverse / -np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0.0)
    return weights


def _strongest_of(weights: Floats, most: int) -> SimilarItems:
    """Keep the strongest of each row, by amount."""
    count = min(most, max(weights.shape[1] - 1, 1))
    best = np.argpartition(-np.abs(weights), count - 1, axis=1)[:, :count]
    best.sort(axis=1)  # neighbours of equal weight in a fixed order
    return SimilarItems(
        neighbours=best.astype(np.int32),
        weights=np.take_along_axis(weights, best, axis=1).astype(np.float32),
    )


def _cosines(matrix: sparse.csr_matrix) -> SimilarItems:
    """Cosines in blocks of items; memory is bounded by a block's rows."""
    items = matrix.shape[1]
    count = np.asarray(matrix.sum(axis=0)).reshape(-1)
    scaled = (matrix @ sparse.diags(1 / np.sqrt(np.maximum(count, 1)))).tocsc()
    by_row = scaled.tocsr()
    blocks = []
    for start in range(0, items, ITEMS_AT_ONCE):
        block = (scaled[:, start : start + ITEMS_AT_ONCE].T @ by_row).toarray()
        rows = np.arange(len(block))
        block[rows, start + rows] = 0.0
        blocks.append(_strongest_of(block, COSINE_NEIGHBOURS))
    return SimilarItems(
        neighbours=np.concatenate([block.neighbours for block in blocks]),
        weights=np.concatenate([block.weights for block in blocks]),
    )
