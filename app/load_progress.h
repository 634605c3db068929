// SPDX-License-Identifier: GPL-3.0-or-later
// How far is a load? What is loaded, its stage, a bar and a button that ends it; there only while there is something
// to say.
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;

namespace waitscope {

class Loader;
struct LoadStatus;

class LoadProgressLine : public QWidget {
    Q_OBJECT

  public:
    /// `loader` must outlive it.
    explicit LoadProgressLine(Loader* loader, QWidget* parent = nullptr);

    /// Something else is loaded before.
    void showWaiting(const QString& text);

  Q_SIGNALS:
    /// The user wants no load, or none to begin.
    void cancelRequested();

  private:
    void showStatus(const LoadStatus& status);

    QLabel* text_;
    QProgressBar* bar_;
};

} // namespace waitscope
