"""Fourier transforms: the identities they obey, carried over to derivatives."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jacobian, jvp, vjp

rng = np.random.default_rng(11)
X, Y = rng.normal(size=(2, 7))


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("n", [1, 2, 5, 6, 7, 8])
def test_the_jacobian_of_a_real_transform_is_made_of_cosines_and_sines(n, norm):
    k, j = np.meshgrid(np.arange(n // 2 + 1), np.arange(7), indexing="ij")
    scale = {"backward": 1.0, "ortho": n**-0.5, "forward": 1 / n}[norm]
    angles = np.where(j < n, 2 * np.pi * j * k / n, np.pi / 2)  # the elements from n on are cut away
    cosines = np.where(j < n, np.cos(angles), 0) * scale
    sines = np.where(j < n, np.sin(angles), 0) * scale
    for f, right in ((np.real, cosines), (np.imag, -sines)):
        found = jacobian(lambda x, f=f: f(np.fft.rfft(x, n, norm=norm)))(X)
        np.testing.assert_allclose(found, right, atol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 5, 6])
@pytest.mark.parametrize("pair", [("fft", "ifft"), ("rfft", "irfft"), ("ihfft", "hfft")])
def test_there_and_back_is_the_identity_for_tangents_and_cotangents(pair, n):
    there, back = (getattr(np.fft, name) for name in pair)
    f = lambda x: np.real(back(there(x), n))
    x, x_dot = X[:n], Y[:n]
    np.testing.assert_allclose(jvp(f, (x,), (x_dot,))[1], x_dot, atol=1e-15)
    np.testing.assert_allclose(vjp(f, x)[1](x_dot)[0], x_dot, atol=1e-15)


def test_parsevals_theorem_gives_the_gradient_of_the_energy():
    energy = lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2)
    np.testing.assert_allclose(grad(energy)(X), 2 * 7 * X, rtol=1e-13)
    z = X + 1j * Y
    np.testing.assert_allclose(grad(energy)(z), 2 * 7 * np.conjugate(z), rtol=1e-13)


def test_a_convolution_by_transforms_slopes_as_the_sum_over_shifts_does():
    by_transforms = lambda x: np.sum(np.sin(np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(Y), 7)))
    by_shifts = lambda x: np.sum(np.sin(sum(Y[k] * np.roll(x, k) for k in range(7))))
    np.testing.assert_allclose(grad(by_transforms)(X), grad(by_shifts)(X), rtol=1e-12)


def test_frequencies_are_constant_and_a_spectral_derivative_is_antisymmetric():
    f = lambda x: np.fft.irfft(2j * np.pi * np.fft.rfftfreq(7) * np.fft.rfft(x), 7)
    J = jacobian(f)(X)
    np.testing.assert_allclose(J, -J.T, atol=1e-14)
    assert grad(lambda d: np.sum(np.fft.fftfreq(4, d) ** 2))(2.0) == pytest.approx(-(0 + 1 + 4 + 1) / 64)


@pytest.mark.parametrize("transform", [np.fft.fft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.rfft2])
def test_single_precision_stays_single(transform):
    x = rng.normal(size=(4, 4)).astype(np.float32)
    f = lambda x: np.sum(np.abs(transform(x)))
    assert grad(f)(x).dtype == np.float32
    assert jvp(f, (x,), (x,))[1].dtype == np.float32
