// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/picture.h"

#include "app/exit_code.h"
#include "app/output.h"
#include "app/picture_file.h"
#include "app/trace_input.h"

namespace waitscope {

std::optional<PictureRequest> prepare(const PictureCommand& command, int& exitCode) {
    std::string problem;
    PictureRequest request;
    const auto fails = [&](ExitCode code, const std::string& why) {
        if (!why.empty())
            say(why);
        exitCode = code;
        return std::nullopt;
    };
    const auto size = sizeFrom(command.size, problem);
    if (!size)
        return fails(Usage, problem);
    request.size = *size;
    // QPainter cannot address more.
    constexpr int mostPixels = 32'767;
    if (size->width * command.scale > mostPixels || size->height * command.scale > mostPixels)
        return fails(Usage, "--size times --scale must not be more than 32767 pixels a side.");
    const auto trace = loadForCommand(command.trace, command.range);
    if (!trace)
        return fails(NothingReadable, {});
    const auto range = rangeFrom(command.range, *trace, problem);
    if (!range)
        return fails(Usage, problem);
    request.range = *range;
    request.facts = computeFacts(trace);
    return request;
}

int writePicture(const QImage& picture, const PictureCommand& command) {
    const QByteArray bytes = pngOf(picture);
    if (bytes.isEmpty()) {
        say("There is not enough memory for a picture of " + command.size + ". Choose a smaller --size or --scale.");
        return NotWritten;
    }
    return writeText(bytes.toStdString(), command);
}

int writeText(const std::string& text, const PictureCommand& command) {
    std::string problem;
    if (writeResult(text, QString::fromStdString(command.output), problem))
        return Fine;
    say(problem);
    return NotWritten;
}

bool endsWith(const PictureCommand& command, std::string_view ending) {
    return std::string_view(command.output).ends_with(ending);
}

} // namespace waitscope
