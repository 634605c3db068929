// SPDX-License-Identifier: GPL-3.0-or-later
// A comparison as a file: the page (.html), text (.md, .json) or the picture (.png), the same bytes from the window and
// from the command. Nothing of it stops the window: only the pixels are painted on the GUI thread.
#pragma once

#include "app/file_export.h"
#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"
#include "widgets/compare/compare_picture.h"

#include <QString>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waitscope {

enum class CompareForm : std::uint8_t { Json, Markdown, Html, Png };
/// By the ending of a file's name; nothing if none is written so.
[[nodiscard]] std::optional<CompareForm> compareFormOf(std::string_view path);
/// The picture that a document of this form holds, or is; none if it has none. `command` makes the document again.
[[nodiscard]] std::optional<ComparePictureOptions> pictureOf(CompareForm form, const std::string& command);
/// The document; `png` is its picture, and may be empty. `findings` may be null.
[[nodiscard]] std::string compareDocument(CompareForm form, const Comparison& comparison,
                                          const FindingsAcross* findings, const std::string& command,
                                          const std::string& png);

class CompareExport : public FileExport {
    Q_OBJECT

  public:
    using FileExport::FileExport;

    /// `written` or `failed` follows. `findings` may be null.
    void toFile(std::shared_ptr<const Comparison> comparison, std::shared_ptr<const FindingsAcross> findings,
                const QString& path, const std::string& command);

  private:
    struct Order; ///< what is to be written, and where
    void paint(const std::shared_ptr<const Order>& order, const std::shared_ptr<const CompareSheet>& sheet);
    void writeWith(const std::shared_ptr<const Order>& order, const std::optional<QImage>& picture);
};

} // namespace waitscope
