// SPDX-License-Identifier: GPL-3.0-or-later
// Does everything follow the theme while it is seen?
#include "widgets/common/theme.h"

#include <QPushButton>
#include <QTest>

using namespace waitscope;

class TestTheme : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void wordsOfAWidgetWithAStyleSheetStayLegible() {
        applyTheme(Theme::Light);
        QWidget window;
        QPushButton line(QStringLiteral("HIGH  171 goroutines"), &window);
        line.setFlat(true);
        line.setStyleSheet(QStringLiteral("font-weight: bold; border: none; border-bottom: 1px solid palette(mid);"));
        line.resize(300, 40);
        window.show();
        const auto lightest = [&] {
            const QImage image = window.grab(line.geometry()).toImage();
            int found = 0;
            for (int y = 5; y < image.height() - 5; ++y)
                for (int x = 0; x < image.width(); ++x)
                    found = std::max(found, qGray(image.pixel(x, y)));
            return found;
        };
        applyTheme(Theme::Dark);
        QTest::qWait(0); // what was posted is done
        QVERIFY2(lightest() > 150, qPrintable(QString::number(lightest())));
        applyTheme(Theme::Light);
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
