// SPDX-License-Identifier: GPL-3.0-or-later
// How does the window write a file while it goes on? What is computed and written elsewhere is told at home, where this
// object lives, and never after it is gone.
#pragma once

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <string>

namespace waitscope {

class FileExport : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

    [[nodiscard]] bool busy() const { return running_ > 0; }

  Q_SIGNALS:
    void written(const QString& path);
    void failed(const QString& sentence);

  protected:
    /// Something runs that ends with `ended`.
    void begun() { ++running_; }
    void ended() { --running_; }
    /// Writes what `document` returns, which is asked on another thread and must own, or share, all that it reads.
    /// `written` or `failed` follows.
    void write(std::function<std::string()> document, const QString& path);
    /// Expired once this object is gone.
    [[nodiscard]] std::weak_ptr<const bool> asker() const { return alive_; }

  private:
    int running_ = 0;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace waitscope
