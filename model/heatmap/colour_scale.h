// SPDX-License-Identifier: GPL-3.0-or-later
// Where on a colour map does a value lie? Linear for shares, logarithmic for ages and counts, ranked where outliers
// would bleach the rest; counts are clamped at their 99.5th percentile, and the legend says so.
#pragma once

#include "model/heatmap/grid.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

enum class ScaleKind : std::uint8_t { Linear, Log, Ranked };

struct NamedScale {
    std::string_view name; ///< on the command line: `--scale-kind log`
    std::string_view text;
};
constexpr std::array<NamedScale, 3> namedScales{{{"linear", "linear"}, {"log", "logarithmic"}, {"ranked", "ranked"}}};
constexpr const NamedScale& namedOf(ScaleKind kind) {
    return namedScales[static_cast<std::size_t>(kind)];
}

class ColourScale {
  public:
    ColourScale() = default;
    /// `kind`: none for what the unit is used to. O(cells), ranked O(cells · log).
    ColourScale(const Grid& grid, std::optional<ScaleKind> kind) : ColourScale(grid, nullptr, kind) {}
    /// One scale for two grids of the same mode and metric, so that the same colour is the same value in both halves of
    /// a comparison (analysis.md section 5): its end and its ranks are those of all cells of both. Which one is given
    /// first makes no difference. `beside` may be null.
    ColourScale(const Grid& grid, const Grid* beside, std::optional<ScaleKind> kind);

    [[nodiscard]] ScaleKind kind() const { return kind_; }
    /// 0 … 1; NaN stays NaN. A value of 0 is always 0.
    [[nodiscard]] float position(float value) const;
    struct Tick {
        double position = 0; ///< 0 … 1
        std::string text;    ///< with "≥" or "≤" where values beyond are clamped
    };
    /// From the lowest to the highest; at most about six.
    [[nodiscard]] const std::vector<Tick>& ticks() const { return ticks_; }
    /// "linear, values above 120 are drawn as 120"; for the caption.
    [[nodiscard]] std::string text() const;

  private:
    void rank(std::vector<float> values);
    void makeTicks(const Grid& grid);

    ScaleKind kind_ = ScaleKind::Linear;
    double low_ = 0; ///< of Log: values at or below it are at 0
    double high_ = 1;
    bool clamped_ = false;      ///< some values lie above high_
    bool clampedBelow_ = false; ///< Log: some values above 0 lie below low_
    std::vector<float> ranked_; ///< Ranked: values above 0, evenly spaced by rank
    std::vector<Tick> ticks_;
    std::string highText_;
    std::string lowText_;
};

} // namespace waitscope
