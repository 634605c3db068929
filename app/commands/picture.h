// SPDX-License-Identifier: GPL-3.0-or-later
// What the commands that make a picture do alike: check the options, load, write.
#pragma once

#include "app/commands/commands.h"
#include "app/option_values.h"
#include "model/facts.h"

#include <QImage>
#include <QString>

#include <memory>
#include <optional>
#include <string_view>

namespace waitscope {

/// A command's options, understood.
struct PictureRequest {
    std::shared_ptr<const TraceFacts> facts;
    TimeRange range;
    PictureSize size;
};

/// Understands the options, then loads. On failure nothing, with the exit code and after a sentence on standard error.
[[nodiscard]] std::optional<PictureRequest> prepare(const PictureCommand& command, int& exitCode);

/// Writes the picture to the command's output; the exit code.
[[nodiscard]] int writePicture(const QImage& picture, const PictureCommand& command);
/// Writes text to the command's output; the exit code.
[[nodiscard]] int writeText(const std::string& text, const PictureCommand& command);

/// Whether the output's name has this ending (".png").
[[nodiscard]] bool endsWith(const PictureCommand& command, std::string_view ending);

} // namespace waitscope
