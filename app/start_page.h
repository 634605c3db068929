// SPDX-License-Identifier: GPL-3.0-or-later
// What is seen when nothing is open: how to open something, what was open lately, and how to record a trace.
#pragma once

#include <QStringList>
#include <QWidget>

class QVBoxLayout;

namespace waitscope {

class StartPage : public QWidget {
    Q_OBJECT

  public:
    explicit StartPage(QWidget* parent = nullptr);
    /// Paths, the latest first; those that are gone are left out.
    void setRecentFiles(const QStringList& paths);

  Q_SIGNALS:
    void openRequested();
    void sampleRequested();
    void fileRequested(const QString& path);

  private:
    QVBoxLayout* recent_;
};

} // namespace waitscope
