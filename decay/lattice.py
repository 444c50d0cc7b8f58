"""Points that fill a space evenly, the same in every run: where the curves of a fit are tried."""

from functools import cache
from statistics import NormalDist

import numpy as np

from decay.curve import Floats


@cache
def normal_points(count: int, dimensions: int) -> Floats:
    """`count` points (even) of a standard normal in `dimensions`, in pairs of opposite signs: (count, dimensions).

    A Kronecker sequence on the roots of x^(d+1) = x + 1, which needs no tables and fills every dimension evenly,
    carried to the normal by its inverse distribution function. Opposite pairs make every odd moment zero; variances are
    made one, and covariances zero.
    """
    root = 2.0
    for _ in range(64):
        root = (1.0 + root) ** (1.0 / (dimensions + 1))
    steps = root ** -np.arange(1.0, dimensions + 1)
    uniform = (0.5 + np.arange(1, count // 2 + 1)[:, None] * steps) % 1.0
    quantile = NormalDist().inv_cdf
    half = np.array([[quantile(u) for u in row] for row in uniform])
    points = np.concatenate([half, -half])
    # What a few hundred points lack in variance, most of all along sums of dimensions, would narrow every interval.
    if count > 2 * dimensions:
        points = np.linalg.solve(np.linalg.cholesky(points.T @ points / count), points.T).T
    points.setflags(write=False)
    return points
