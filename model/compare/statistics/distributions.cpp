// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/statistics/distributions.h"

#include <cmath>
#include <numbers>

namespace waitscope {

namespace {

// log Γ(x) for x > 0 after Lanczos (g = 7, nine terms; 15 digits). std::lgamma writes a global variable in glibc, which
// threads that test rows side by side must not.
double logGamma(double x) {
    constexpr double terms[]{0.99999999999980993,  676.5203681218851,     -1259.1392167224028,
                             771.32342877765313,   -176.61502916214059,   12.507343278686905,
                             -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
    double sum = terms[0];
    for (int i = 1; i < 9; ++i)
        sum += terms[i] / (x - 1 + i);
    const double t = x + 6.5;
    return 0.5 * std::log(2 * std::numbers::pi) + (x - 0.5) * std::log(t) - t + std::log(sum);
}

// The continued fraction of the incomplete beta function, evaluated after Lentz. Converges in O(√max(a, b)) steps for
// x < (a + 1) / (a + b + 2).
double betaFraction(double a, double b, double x) {
    constexpr double tiny = 1e-300;
    const auto notZero = [](double v) { return std::abs(v) < tiny ? tiny : v; };
    double c = 1;
    double d = 1 / notZero(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int m = 1; m <= 10'000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / notZero(1 + even * d);
        c = notZero(1 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / notZero(1 + odd * d);
        c = notZero(1 + odd / c);
        fraction *= d * c;
        if (std::abs(d * c - 1) < 1e-15)
            break;
    }
    return fraction;
}

// The regularised incomplete beta function at x; `rest` is 1 - x, known better than by subtraction.
double incompleteBeta(double a, double b, double x, double rest) {
    if (x <= 0)
        return 0;
    if (rest <= 0)
        return 1;
    const double front = std::exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * std::log(x) + b * std::log(rest));
    return x < (a + 1) / (a + b + 2) ? front * betaFraction(a, b, x) / a : 1 - front * betaFraction(b, a, rest) / b;
}

} // namespace

double normalTwoSided(double z) {
    return std::erfc(std::abs(z) / std::numbers::sqrt2);
}

double normalBelow(double z) {
    return std::erfc(-z / std::numbers::sqrt2) / 2;
}

double studentTwoSided(double t, double degrees) {
    // Beyond it the two agree to ten digits, and the beta function of so large numbers loses more.
    if (degrees > 1e7)
        return normalTwoSided(t);
    const double square = t * t;
    return incompleteBeta(degrees / 2, 0.5, degrees / (degrees + square), square / (degrees + square));
}

double studentQuantile(double p, double degrees) {
    double low = 0, high = 1e6;
    for (int i = 0; i < 100 && low < high; ++i) {
        const double middle = low + (high - low) / 2;
        (studentTwoSided(middle, degrees) > p ? low : high) = middle;
    }
    return high;
}

} // namespace waitscope
