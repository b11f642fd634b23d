"""Four objectives of fitting and vision in the shape of ADBench's, on data made here.

Šrajer, Kukelová and Fitzgibbon, A benchmark of selected algorithmic differentiation tools on some problems in
computer vision and machine learning (2018), arXiv 1807.10129: their formulas, with whole arrays where they
write loops over points and observations. A letter with `_bar` is the cotangent of the letter.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import multigammaln

from tests.benchmarks.cases import Case

__all__ = ["bundle", "hand", "lstm", "mixture", "reprojection"]

GAMMA, WISHART = 1.0, 0  # ADBench's prior of a Gaussian mixture


def mixture(n: int, d: int, k: int) -> Case:
    """The log-likelihood of a Gaussian mixture with its Wishart prior: a product of matrices, a logsumexp.

    `alpha` are the logarithms of the weights, `mu` the means; of the roots Q of the inverse covariances, `q`
    are the logarithms of the diagonals and `l` what lies below them, column by column.
    """
    rng = np.random.default_rng(0)
    columns, rows = np.triu_indices(d, 1)  # of the places below the diagonal, column by column
    place = np.zeros((d, d), int)  # where an entry of Q stands in [0, exp(q), l]
    place[range(d), range(d)] = 1 + np.arange(d)
    place[rows, columns] = 1 + d + np.arange(len(rows))
    freedom = d + WISHART + 1
    wishart = freedom * d * math.log(GAMMA / math.sqrt(2)) - multigammaln(freedom / 2, d)
    constant = -n * d / 2 * math.log(2 * math.pi) - k * float(wishart)

    def program(np, alpha, mu, q, l, X, zeros):
        scale = np.exp(q)
        Q = np.concatenate([zeros, scale, l], axis=1)[:, place]
        Y = np.reshape(np.reshape(Q, (k * d, d)) @ X.T, (k, d, n)) - Q @ mu[:, :, None]
        each = (alpha + np.sum(q, axis=1))[:, None] - 0.5 * np.sum(Y * Y, axis=1)
        likelihood = np.sum(np.logsumexp(each, 0)) - n * np.logsumexp(alpha, 0)
        prior = 0.5 * GAMMA**2 * (np.sum(scale * scale) + np.sum(l * l)) - WISHART * np.sum(q)
        return likelihood + prior + constant

    def by_hand(alpha, mu, q, l, X, zeros):
        scale = np.exp(q)
        Q = np.concatenate([zeros, scale, l], axis=1)[:, place]
        Y = (Q.reshape(k * d, d) @ X.T).reshape(k, d, n) - Q @ mu[:, :, None]
        each = (alpha + q.sum(1))[:, None] - 0.5 * (Y * Y).sum(1)
        top, most = each.max(0), alpha.max()
        each_bar, weights = np.exp(each - top), np.exp(alpha - most)
        total, sum_of_weights = each_bar.sum(0), weights.sum()
        np.sum(np.log(total) + top) - n * (np.log(sum_of_weights) + most)  # the value is asked for as well
        0.5 * GAMMA**2 * (np.sum(scale * scale) + np.sum(l * l)) - WISHART * np.sum(q) + constant
        each_bar /= total
        taken = each_bar.sum(1)
        Y_bar = Y * -each_bar[:, None, :]
        moved = Y_bar.sum(2)
        Q_bar = (Y_bar.reshape(k * d, n) @ X).reshape(k, d, d) - moved[:, :, None] * mu[:, None, :]
        scale_bar = Q_bar[:, range(d), range(d)] + GAMMA**2 * scale
        return (
            taken - weights * (n / sum_of_weights),
            -(moved[:, None, :] @ Q)[:, 0],
            taken[:, None] + scale_bar * scale - WISHART,
            Q_bar[:, rows, columns] + GAMMA**2 * l,
        )

    parameters = (rng.normal(size=k), rng.random((k, d)), rng.normal(size=(k, d)) / 4)
    l = rng.normal(size=(k, d * (d - 1) // 2)) / 4
    title = f"Gaussian mixture: {n} points, d = {d}, K = {k}"
    return Case(title, program, by_hand, (*parameters, l), (rng.random((n, d)), np.zeros((k, 1))))


# Bundle adjustment: a column a camera, a point or an observation. Of a camera: the axis of its turn times the
# angle (3), its centre (3), the focal length, the principal point (2), two coefficients of radial distortion.


def projected(np, camera, point):
    """Where cameras see points (2, p); Rodrigues' turn, then the pinhole, then the distortion."""
    turn, x = camera[:3], point - camera[3:6]
    angle = np.sqrt(np.sum(turn * turn, axis=0))
    axis = turn / angle
    cos, along = np.cos(angle), np.sum(axis * x, axis=0)
    a, b, c = axis[0], axis[1], axis[2]
    across = np.stack([b * x[2] - c * x[1], c * x[0] - a * x[2], a * x[1] - b * x[0]])
    seen = x * cos + across * np.sin(angle) + axis * (along * (1 - cos))
    u = seen[:2] / seen[2]
    r = np.sum(u * u, axis=0)
    return u * ((1 + (camera[9] + camera[10] * r) * r) * camera[6]) + camera[7:9]


def projected_by_hand(camera, point):
    """The same, and what takes its cotangent back: to the cotangents of camera and point, in one array."""
    turn, x = camera[:3], point - camera[3:6]
    angle = np.sqrt((turn * turn).sum(0))
    axis, cos, sin = turn / angle, np.cos(angle), np.sin(angle)
    along, across, rest = (axis * x).sum(0), cross(axis, x), 1 - cos
    seen = x * cos + across * sin + axis * (along * rest)
    u = seen[:2] / seen[2]
    r = (u * u).sum(0)
    slope = camera[9] + camera[10] * r
    distortion = 1 + slope * r

    def back(y_bar):
        bar = np.empty((14, len(angle)))
        f_bar = (y_bar * u).sum(0)
        bar[6], bar[7:9] = f_bar * distortion, y_bar
        stretch_bar = f_bar * camera[6]
        bar[9] = stretch_bar * r
        bar[10] = bar[9] * r
        u_bar = y_bar * (distortion * camera[6]) + u * (2 * stretch_bar * (slope + camera[10] * r))
        seen_bar = np.empty_like(x)
        seen_bar[:2] = u_bar / seen[2]
        seen_bar[2] = -(seen_bar[:2] * u).sum(0)
        onto = (axis * seen_bar).sum(0)
        x_bar = bar[11:] = seen_bar * cos + cross(seen_bar, axis) * sin + axis * (rest * onto)
        bar[3:6] = -x_bar
        axis_bar = cross(x, seen_bar) * sin + (seen_bar * along + x * onto) * rest
        angle_bar = (along * onto - (x * seen_bar).sum(0)) * sin + (across * seen_bar).sum(0) * cos
        bar[:3] = (axis_bar - axis * (axis * axis_bar).sum(0)) / angle + axis * angle_bar
        return bar

    return u * (distortion * camera[6]) + camera[7:9], back


def cross(a, b):
    return np.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def scene(cameras: int, points: int, observations: int):
    """Cameras, points, weights; who sees what; and where it was seen."""
    rng = np.random.default_rng(0)
    camera = rng.normal(size=(11, cameras)) / 5
    camera[5] -= 4
    camera[6] += 500
    camera[9:] /= 10
    point, weight = rng.normal(size=(3, points)), rng.random(observations)
    who = rng.integers(cameras, size=observations), rng.integers(points, size=observations)
    return camera, point, weight, *who, 100 * rng.normal(size=(2, observations))


def bundle(cameras: int, points: int, observations: int) -> Case:
    """The sum of squares of a bundle adjustment: columns taken by index, whose cotangents are added up."""
    camera, point, weight, i, j, seen = scene(cameras, points, observations)

    def program(np, camera, point, weight, seen):
        error = weight * (projected(np, camera[:, i], point[:, j]) - seen)
        rest = 1 - weight * weight
        return np.sum(error * error) + np.sum(rest * rest)

    def by_hand(camera, point, weight, seen):
        y, back = projected_by_hand(camera[:, i], point[:, j])
        away, rest = y - seen, 1 - weight * weight
        error = weight * away
        np.sum(error * error) + np.sum(rest * rest)  # the value is asked for as well
        bar = back(error * (2 * weight))
        return (
            np.stack([np.bincount(i, row, cameras) for row in bar[:11]]),
            np.stack([np.bincount(j, row, points) for row in bar[11:]]),
            2 * (error * away).sum(0) - 4 * weight * rest,
        )

    title = f"bundle adjustment: {cameras} cameras, {points} points, {observations} observations"
    return Case(title, program, by_hand, (camera, point, weight), (seen,))


def reprojection(cameras: int, points: int, observations: int) -> Case:
    """The Jacobian of a bundle adjustment's errors: of each observation 2 rows by its 15 parameters.

    What belongs to different observations does not mix, so the Jacobian of the two sums over all of them has
    all blocks.
    """
    camera, point, weight, i, j, seen = scene(cameras, points, observations)

    def program(np, each, seen):
        return np.sum(each[14] * (projected(np, each[:11], each[11:14]) - seen), axis=1)

    def by_hand(each, seen):
        y, back = projected_by_hand(each[:11], each[11:14])
        J = np.empty((2, *each.shape))
        for k, row in enumerate(J):
            y_bar = np.zeros_like(y)
            y_bar[k] = each[14]
            row[:14], row[14] = back(y_bar), y[k] - seen[k]
        return (J,)

    each = np.concatenate([camera[:, i], point[:, j], weight[None]])
    title = f"bundle adjustment, Jacobian: {observations} observations, 2 by 15 each"
    return Case(title, program, by_hand, (each,), (seen,), whole=True)


def lstm(layers: int, bits: int, characters: int) -> Case:
    """A network with a memory that reads a text: thousands of operations on short arrays."""
    rng = np.random.default_rng(0)
    b, steps = bits, characters - 1
    text = rng.integers(2, size=(characters, bits)).astype(float)

    def program(np, main, extra, state, text):
        main, extra = [main[i] for i in range(2 * layers)], [extra[i] for i in range(3)]
        hidden, cell = [state[2 * i] for i in range(layers)], [state[2 * i + 1] for i in range(layers)]
        total = 0.0
        for t in range(steps):
            x = text[t] * extra[0]
            for i in range(layers):
                z = np.concatenate([x, hidden[i], x, hidden[i]]) * main[2 * i] + main[2 * i + 1]
                gate = 1 / (1 + np.exp(-z[: 3 * b]))  # forget, in, out
                cell[i] = cell[i] * gate[:b] + gate[b : 2 * b] * np.tanh(z[3 * b :])
                x = hidden[i] = gate[2 * b :] * np.tanh(cell[i])
            y = x * extra[1] + extra[2]
            total = total + np.sum(text[t + 1] * (y - np.log(2 + np.sum(np.exp(y)))))
        return -total / (b * steps)

    def by_hand(main, extra, state, text):
        hidden, cell = list(state[::2]), list(state[1::2])
        total, kept = 0.0, []
        for t in range(steps):
            x = text[t] * extra[0]
            for i in range(layers):
                joined = np.concatenate([x, hidden[i], x, hidden[i]])
                z = joined * main[2 * i] + main[2 * i + 1]
                gate, change, before = 1 / (1 + np.exp(-z[: 3 * b])), np.tanh(z[3 * b :]), cell[i]
                cell[i] = before * gate[:b] + gate[b : 2 * b] * change
                after = np.tanh(cell[i])
                x = hidden[i] = gate[2 * b :] * after
                kept.append((joined, gate, change, before, after))
            y = x * extra[1] + extra[2]
            e = np.exp(y)
            s = 2 + e.sum()
            total += np.sum(text[t + 1] * (y - np.log(s)))
            kept.append((x, e, s))
        main_bar, extra_bar = np.zeros_like(main), np.zeros_like(extra)
        hidden_bar, cell_bar = np.zeros((layers, b)), np.zeros((layers, b))
        z_bar = np.empty(4 * b)
        for t in reversed(range(steps)):
            x, e, s = kept.pop()
            y_bar = (text[t + 1] - e * (text[t + 1].sum() / s)) * (-1 / (b * steps))
            extra_bar[1] += y_bar * x
            extra_bar[2] += y_bar
            x_bar = y_bar * extra[1]
            for i in reversed(range(layers)):
                joined, gate, change, before, after = kept.pop()
                x_bar += hidden_bar[i]
                c_bar = cell_bar[i] + x_bar * gate[2 * b :] * (1 - after * after)
                z_bar[:b], z_bar[b : 2 * b], z_bar[2 * b : 3 * b] = (
                    c_bar * before,
                    c_bar * change,
                    x_bar * after,
                )
                z_bar[: 3 * b] *= gate * (1 - gate)
                z_bar[3 * b :] = c_bar * gate[b : 2 * b] * (1 - change * change)
                cell_bar[i] = c_bar * gate[:b]
                main_bar[2 * i] += z_bar * joined
                main_bar[2 * i + 1] += z_bar
                joined_bar = z_bar * main[2 * i]
                x_bar = joined_bar[:b] + joined_bar[2 * b : 3 * b]
                hidden_bar[i] = joined_bar[b : 2 * b] + joined_bar[3 * b :]
            extra_bar[0] += x_bar * text[t]
        return main_bar, extra_bar

    main, extra = rng.random((2 * layers, 4 * bits)), rng.random((3, bits))
    title = f"LSTM: {layers} layers, {bits} bits, {characters} characters"
    return Case(title, program, by_hand, (main, extra), (rng.random((2 * layers, bits)), text))


def hand(vertices: int) -> Case:
    """The Jacobian of a tracked hand: 22 bones that hang on one another, a skin that is blended from them.

    26 parameters: the turn of the whole (3), its place (3), and for each of five fingers the angles at which
    its first bone bends and spreads and the next two bend. The skin is linear in the bones' transforms, which
    `skin` has as a constant matrix; its rows are 4 to a bone.
    """
    rng = np.random.default_rng(0)
    bones = 22
    parents = [-1, 0, *(1 if k % 4 == 2 else k - 1 for k in range(2, bones))]
    place = np.zeros((2, bones), int)  # where the angles of a bone stand in [0, theta[6:]]: bends, spreads
    for finger in range(5):
        first, angle = 2 + 4 * finger, 1 + 4 * finger
        place[:, first], place[0, first + 1 : first + 3] = (angle, angle + 1), (angle + 2, angle + 3)
    below = np.eye(bones, dtype=bool)  # whether bone j hangs on bone i
    for k in range(1, bones):
        below[:, k] |= below[:, parents[k]]
    base = np.tile(np.eye(4), (bones, 1, 1))
    base[:, :3, :3] = np.linalg.qr(rng.normal(size=(bones, 3, 3)))[0]
    base[:, :3, 3] = rng.normal(size=(bones, 3))
    inverse = [base[0]]
    for k in range(1, bones):
        inverse.append(inverse[parents[k]] @ base[k])
    inverse = np.linalg.inv(np.stack(inverse))
    weights = rng.dirichlet(np.full(bones, 0.1), size=vertices)
    corners = np.concatenate([rng.normal(size=(vertices, 3)), np.ones((vertices, 1))], axis=1)
    skin = (weights[:, :, None] * corners[:, None, :]).reshape(vertices, 4 * bones).T
    generators = np.zeros((3, 3, 3))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        generators[i, k, j], generators[i, j, k] = 1, -1
    constants = (base, inverse, skin, generators.reshape(3, 9), np.zeros(bones), np.ones(bones), np.eye(3))

    def program(np, theta, base, inverse, skin, generators, o, i, unit, points):
        angles = np.concatenate([o[:1], theta[6:]])[place]
        cos, sin = np.cos(angles), np.sin(angles)
        (c, f), (s, g) = (cos[0], cos[1]), (sin[0], sin[1])
        local = np.stack([f, -g * c, g * s, o, g, f * c, -f * s, o, o, s, c, o, o, o, o, i], axis=1)
        relative = base @ np.reshape(local, (bones, 4, 4))
        absolute = [relative[0]]
        for k in range(1, bones):
            absolute.append(absolute[parents[k]] @ relative[k])
        transforms = (np.stack(absolute) @ inverse)[:, :3]
        skinned = np.reshape(np.swapaxes(transforms, 0, 1), (3, 4 * bones)) @ skin
        turn = theta[:3]
        angle = np.sqrt(np.sum(turn * turn))
        K = np.reshape((turn / angle) @ generators, (3, 3))
        R = unit + np.sin(angle) * K + (1 - np.cos(angle)) * (K @ K)
        return points - (R @ skinned + theta[3:6, None])

    def by_hand(theta, base, inverse, skin, generators, o, i, unit, points):
        angles = np.concatenate([o[:1], theta[6:]])[place]
        (c, f), (s, g) = np.cos(angles), np.sin(angles)
        local = np.stack([f, -g * c, g * s, o, g, f * c, -f * s, o, o, s, c, o, o, o, o, i], axis=1)
        relative = base @ local.reshape(bones, 4, 4)
        absolute = np.empty((bones, 4, 4))
        absolute[0] = relative[0]
        for k in range(1, bones):
            np.matmul(absolute[parents[k]], relative[k], out=absolute[k])
        transforms = absolute @ inverse
        skinned = transforms[:, :3].swapaxes(0, 1).reshape(3, 4 * bones) @ skin
        turn = theta[:3]
        angle = np.sqrt(turn @ turn)
        K = (turn @ generators).reshape(3, 3) / angle
        R = unit + np.sin(angle) * K + (1 - np.cos(angle)) * (K @ K)
        J = np.empty((*points.shape, 26))
        points - (R @ skinned + theta[3:6, None])  # the value is asked for as well
        # Gallego and Yezzi, A compact formula for the derivative of a 3-D rotation (2015), for R' R^T.
        spins = (np.cross(turn, unit - R.T) + turn[:, None] * turn) / angle**2
        J[:, :, :3] = -np.moveaxis((spins @ generators).reshape(3, 3, 3) @ (R @ skinned), 0, -1)
        J[:, :, 3:6] = -unit[:, None, :]
        # An angle turns all that hangs on its bone about an axis through its joint: x' = omega x (x - joint).
        kind, bone = np.nonzero(place)
        order = place[kind, bone] - 1
        # Bending is about the bone's own first axis, spreading about the third of what it hangs on.
        frame = absolute[parents] @ base
        omega = np.where(kind[:, None] == 0, absolute[bone, :3, 0], frame[bone, :3, 2])
        twist = np.zeros((20, 3, 4))
        twist[:, :, :3] = (omega @ generators).reshape(20, 3, 3)
        twist[:, :, 3] = -(twist[:, :, :3] @ absolute[bone, :3, 3:])[:, :, 0]
        moved = (twist[:, None] @ transforms) * below[bone][:, :, None, None]
        turned = R @ moved.swapaxes(1, 2).reshape(20, 3, 4 * bones)
        J[:, :, 6 + order] = -np.moveaxis((turned.reshape(60, -1) @ skin).reshape(20, 3, -1), 0, -1)
        return (J,)

    theta = rng.normal(size=26) / 3
    title = f"hand tracking, Jacobian: {bones} bones, {vertices} vertices, {3 * vertices} by 26"
    points = rng.normal(size=(3, vertices))
    return Case(title, program, by_hand, (theta,), (*constants, points), whole=True, tall=True)
