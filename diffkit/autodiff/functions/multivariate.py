"""Twins of the distributions of scipy.stats over vectors: multivariate_normal and dirichlet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc

from diffkit.autodiff.functions.operand import number, operand

__all__ = ["Dirichlet", "MultivariateNormal", "dirichlet", "multivariate_normal"]


class MultivariateNormal:
    """The normal distribution of vectors, called as logpdf(x, mean=None, cov=1), by a Cholesky factor of cov.

    Examples
    --------
    >>> round(float(multivariate_normal.pdf([0.0, 0.0], [0.0, 0.0])) * 2 * np.pi, 12)
    1.0
    """

    def logpdf(self, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        """The logarithm of the density at each x, an array whose last axis holds the components."""
        if allow_singular:
            raise ValueError("the density of a singular cov has no derivative by cov; add a small diagonal")
        x = operand(x)
        mean, cov, dim = self._parameters(mean, cov)
        x = np.reshape(x, (*np.shape(x), 1)) if dim == 1 and np.shape(x)[-1:] != (1,) else x
        factor = np.linalg.cholesky(cov)
        apart = np.reshape(x - mean, (-1, dim))
        white = np.linalg.solve(factor, np.transpose(apart))
        square = np.reshape(np.sum(white * white, axis=0), np.shape(x)[:-1])
        y = -0.5 * (dim * math.log(2 * math.pi) + square) - self._half_log_det(factor)
        return number(np.squeeze(y))

    def pdf(self, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        """The density at each x."""
        return np.exp(self.logpdf(x, mean, cov, allow_singular))

    def entropy(self, mean: Any = None, cov: Any = 1) -> Any:
        """The differential entropy: log det(2 pi e cov) / 2."""
        _, cov, dim = self._parameters(mean, cov)
        return dim / 2 * (math.log(2 * math.pi) + 1) + self._half_log_det(np.linalg.cholesky(cov))

    @staticmethod
    def _half_log_det(factor: Any) -> Any:
        return np.sum(np.log(np.diagonal(factor)))

    @staticmethod
    def _parameters(mean: Any, cov: Any) -> tuple[Any, Any, int]:
        """mean as a vector and cov as a matrix; of a number or a vector, the diagonal one."""
        cov = operand(cov)
        mean = np.zeros(np.shape(cov)[-1:] or (1,)) if mean is None else np.atleast_1d(operand(mean))
        dim = np.shape(mean)[0]
        return mean, cov * np.eye(dim) if np.ndim(cov) < 2 else cov, dim


class Dirichlet:
    """The distribution of vectors of probabilities, called as logpdf(x, alpha).

    Examples
    --------
    >>> float(dirichlet.pdf([0.2, 0.3, 0.5], [1.0, 1.0, 1.0]))
    2.0
    """

    def logpdf(self, x: Any, alpha: Any) -> Any:
        """The logarithm of the density at x: components along the first axis, with or without the last."""
        x, alpha = operand(x), operand(alpha)
        if np.shape(x)[0] + 1 == np.shape(alpha)[0]:
            x = np.concatenate([x, np.reshape(1 - np.sum(x, axis=0), (1, *np.shape(x)[1:]))])
        log_beta = np.sum(sc.gammaln(alpha)) - sc.gammaln(np.sum(alpha))
        parts = sc.xlogy(np.reshape(alpha - 1, (-1,) + (1,) * (np.ndim(x) - 1)), x)
        return number(np.sum(parts, axis=0) - log_beta)

    def pdf(self, x: Any, alpha: Any) -> Any:
        """The density at x."""
        return np.exp(self.logpdf(x, alpha))


multivariate_normal = MultivariateNormal()
dirichlet = Dirichlet()
