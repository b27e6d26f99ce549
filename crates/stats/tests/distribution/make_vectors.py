#!/usr/bin/env python3
"""Makes vectors.csv: quantiles and tails of distributions at 40 digits, for counts up to 10^12.

    python3 -m venv venv && venv/bin/pip install mpmath
    venv/bin/python make_vectors.py > vectors.csv

Each tail is the integral of its density (tanh-sinh quadrature from the point outwards, 40 digits),
and each quantile is a root of that by Newton's method: no formula is shared with the Rust code.
The arguments are the very doubles that the test reads.
"""

from mpmath import erfc, erfinv, exp, fabs, log, loggamma, mp, mpf, quad, sqrt

mp.dps = 40

def outward(ln_density, x, length, direction, end):
    """The integral of a density from x to `end`, by pieces that grow."""
    total, start, step = mpf(0), x, length
    for _ in range(60):
        stop = start + direction * step
        last = (stop >= end) if direction > 0 else (stop <= end)
        stop = end if last else stop
        inside = lambda t: 0 < t and (end <= 0 or t < end)
        piece = quad(lambda t: exp(ln_density(t)) if inside(t) else mpf(0), [start, stop])
        piece = fabs(piece)
        total += piece
        if last or piece < total * mpf(10) ** -35:
            return total
        start, step = stop, step * mpf("1.3")
    raise ValueError("no end of a tail")


class Gamma:
    """A gamma distribution with rate 1; with `mid`, in equal parts with one of a shape more."""

    def __init__(self, shape, mid=False):
        self.parts = [mpf(shape), mpf(shape) + 1] if mid else [mpf(shape)]
        self.mean = sum(self.parts) / len(self.parts)
        self.sd = sqrt(self.mean)
        self.top = mpf("inf")

    def ln_density(self, t):
        each = [(a - 1) * log(t) - t - loggamma(a) for a in self.parts]
        high = max(each)
        return high + log(sum(exp(e - high) for e in each) / len(each))

    def tail(self, x, upper):
        if upper:
            return outward(self.ln_density, x, self.sd / 2 + mpf("0.5"), 1, self.top)
        return outward(self.ln_density, x, min(self.sd, x) / 2, -1, mpf(0))


class Beta(Gamma):
    """A beta distribution; with `mid`, that of (a, b + 1) and of (a + 1, b) in equal parts."""

    def __init__(self, a, b, mid=False):
        a, b = mpf(a), mpf(b)
        self.parts = [(a, b + 1), (a + 1, b)] if mid else [(a, b)]
        self.mean = a / (a + b)
        self.sd = sqrt(self.mean * (1 - self.mean) / (a + b + 1))
        self.top = mpf(1)

    def ln_density(self, t):
        each = [
            (a - 1) * log(t) + (b - 1) * log(1 - t) + loggamma(a + b) - loggamma(a) - loggamma(b)
            for a, b in self.parts
        ]
        high = max(each)
        return high + log(sum(exp(e - high) for e in each) / len(each))

    def tail(self, x, upper):
        if upper:
            return outward(self.ln_density, x, min(self.sd, 1 - x) / 2, 1, self.top)
        return outward(self.ln_density, x, min(self.sd, x) / 2, -1, mpf(0))


def quantile(of, p, upper):
    """Newton's method on the logarithm of the tail, from the mean."""
    x = of.mean
    for _ in range(100):
        tail = of.tail(x, upper)
        slope = exp(of.ln_density(x)) / tail
        step = (log(mpf(p)) - log(tail)) / slope * (-1 if upper else 1)
        bound = min(x, of.top - x) / 2
        step = max(-bound, min(bound, step))
        x += step
        if fabs(step) < x * mpf(10) ** -25:
            return x
    raise ValueError("no root")


def row(name, arguments, value):
    print(",".join([name, *map(repr, map(float, arguments)), "=", mp.nstr(value, 20)]))


TAILS = [0.025, 0.001, 0.05, 0.25, 1e-10]
COUNTS = [1.0, 2.0, 10.0, 81.0, 499.5, 501.0, 12345.0, 3e7, 4.5e9, 1e12]


def gammas():
    for shape in [0.5] + COUNTS:
        for p in TAILS:
            row("gamma_quantile", [p, shape], quantile(Gamma(shape), p, False))
            row("gamma_quantile_upper", [p, shape], quantile(Gamma(shape), p, True))
        for z in [-6.0, -1.0, 0.0, 2.0, 7.0]:
            x = float(max(mpf(shape) / 10, mpf(shape) + mpf(z) * sqrt(mpf(shape))))
            of = Gamma(shape)
            row("gamma_lower", [shape, x], of.tail(mpf(x), False))
            row("gamma_upper", [shape, x], of.tail(mpf(x), True))
        if shape >= 1.0:
            for p in TAILS[:2]:
                row("mid_p_lower", [p, shape], quantile(Gamma(shape, True), p, False))
                row("mid_p_upper", [p, shape], quantile(Gamma(shape, True), p, True))


def betas():
    pairs = [(0.5, 20.5), (1.0, 3.0), (3.0, 1e6), (2.5, 1e12), (81.0, 183.0), (450.0, 2e9),
             (600.0, 700.0), (15_000_000.0, 15_000_001.0), (5e8, 5e8 + 1), (1e6, 1e12 + 1),
             (1e12, 1e12), (1e12, 41.0), (1e5, 0.5), (3e11, 7e11)]
    for a, b in pairs:
        for p in TAILS[:3] + [1e-10]:
            row("beta_quantile", [p, a, b], quantile(Beta(a, b), p, False))
            row("beta_quantile_upper", [p, a, b], quantile(Beta(a, b), p, True))
        for z in [-4.0, 0.0, 3.0]:
            of = Beta(a, b)
            x = of.mean + mpf(z) * of.sd
            x = float(min(max(x, of.mean / 10), 1 - (1 - of.mean) / 10))
            if x == 1.0:
                continue
            row("beta_lower", [a, b, x], of.tail(mpf(x), False))
        if b >= 1.0 and a >= 1.0:
            x = quantile(Beta(a, b + 1), 0.025, False)
            row("exact_odds", [0.025, a, b], x / (1 - x))
            x = quantile(Beta(a, b, True), 0.025, False)
            row("mid_p_odds", [0.025, a, b], x / (1 - x))


def others():
    for df in [1.0, 2.0, 7.0, 120.0, 999.0, 1e5, 1e8, 1e12]:
        for p in [0.025, 0.0005, 1e-10]:
            # P(T < -t) is half of the lower tail of a beta distribution at df / (df + t^2), and by
            # the other end, of the upper tail at t^2 / (df + t^2).
            y = quantile(Beta(0.5, df / 2), 2 * mpf(p), True)
            row("student_t_quantile", [p, df], -sqrt(mpf(df) * y / (1 - y)))
    for df in [1.0, 3.0, 289.0, 1e4, 1e9]:
        for z in [-2.0, 0.5, 3.0, 8.0]:
            x = float(max(mpf(df) / 20, mpf(df) + mpf(z) * sqrt(2 * mpf(df))))
            row("chi_squared_upper", [x, df], Gamma(mpf(df) / 2).tail(mpf(x) / 2, True))
    for p in [0.5, 0.3, 0.025, 0.001, 1e-10, 5.5e-17, 1e-300]:
        wide, mp.dps = mp.dps, 340
        value = sqrt(mpf(2)) * erfinv(2 * mpf(p) - 1)
        mp.dps = wide
        row("normal_quantile", [p], +value)
    for x in [-37.0, -8.0, -1.0, -1e-9, 0.5, 3.0]:
        row("normal_cdf", [x], erfc(-mpf(x) / sqrt(mpf(2))) / 2)


if __name__ == "__main__":
    print("# function,arguments,=,value: made by make_vectors.py with mpmath", mp.dps, "digits")
    gammas()
    betas()
    others()
