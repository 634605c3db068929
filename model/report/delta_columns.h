// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of a table of differences: how they are called, and what a row of a comparison says in each. What the
// window shows and what is copied from it.
#pragma once

#include "model/compare/comparison.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace waitscope {

/// What A, B and the change between them are of. Totals are not offered: bare they mislead.
enum class DeltaMeasure : std::uint8_t {
    Concurrency, ///< goroutines blocked on average
    Share,       ///< of the goroutines' time
    PerRequest,  ///< time waited a request
};
inline constexpr std::array deltaMeasures{DeltaMeasure::Concurrency, DeltaMeasure::Share, DeltaMeasure::PerRequest};
[[nodiscard]] std::string_view textOf(DeltaMeasure measure);
/// What the rows are judged by.
[[nodiscard]] DeltaMeasure judgedMeasure(const Comparison& comparison);

enum class DeltaColumn : std::uint8_t {
    Verdict,
    Primitive,
    Site,
    Match,
    A,
    B,
    Change,
    Percent,
    P50A,
    P50B,
    P99A,
    P99B,
    AtEndA,
    AtEndB,
    QValue,
};
inline constexpr std::array deltaColumns{
    DeltaColumn::Verdict, DeltaColumn::Primitive, DeltaColumn::Site,    DeltaColumn::Match,  DeltaColumn::A,
    DeltaColumn::B,       DeltaColumn::Change,    DeltaColumn::Percent, DeltaColumn::P50A,   DeltaColumn::P50B,
    DeltaColumn::P99A,    DeltaColumn::P99B,      DeltaColumn::AtEndA,  DeltaColumn::AtEndB, DeltaColumn::QValue};

[[nodiscard]] std::string_view titleOf(DeltaColumn column);
/// What it means, in a sentence.
[[nodiscard]] std::string meaningOf(DeltaColumn column, DeltaMeasure measure);
/// Numbers, to be aligned at the right.
[[nodiscard]] bool isFigure(DeltaColumn column);

/// "4.89 s", "−99.9 %"; "–" on a side that does not have the row, empty where nothing is known.
[[nodiscard]] std::string cellText(const Comparison& comparison, const ComparedRow& row, DeltaMeasure measure,
                                   DeltaColumn column);
/// The whole of it, exactly, on as many lines as it takes.
[[nodiscard]] std::string exactText(const Comparison& comparison, const ComparedRow& row, DeltaMeasure measure,
                                    DeltaColumn column);
/// By what a column of figures is sorted; none where nothing is known.
[[nodiscard]] std::optional<double> cellFigure(const ComparedRow& row, DeltaMeasure measure, DeltaColumn column);

} // namespace waitscope
