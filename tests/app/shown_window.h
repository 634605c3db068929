// SPDX-License-Identifier: GPL-3.0-or-later
// A main window on the screen, whose settings are the test's own.
#pragma once

#include "app/main_window.h"
#include "tests/support/own_settings.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace waitscope::test {

inline const QString small = QStringLiteral(WAITSCOPE_TEST_DATA "/small-go1.26.trace");

class ShownWindow : public QObject {
  protected:
    ShownWindow() { keepSettingsIn(folder_.path()); }

    /// A new window with nothing open, which keys go to.
    void showWindow() {
        window_ = std::make_unique<MainWindow>();
        window_->show();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    }

    QTemporaryDir folder_;
    std::unique_ptr<MainWindow> window_;
};

} // namespace waitscope::test
