// SPDX-License-Identifier: GPL-3.0-or-later
// Marks that lie close to each other: can each be read, or is it said how many there are?
#include "widgets/common/flags.h"

#include <QFontMetrics>
#include <QGuiApplication>
#include <QTest>

#include <algorithm>

using namespace waitscope;

class TestFlags : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void flagsWithRoomStandInOneLine() {
        const auto placed = place({{10, QStringLiteral("a"), Qt::red}, {200, QStringLiteral("b"), Qt::red}});
        QCOMPARE(placed.size(), std::size_t{2});
        QCOMPARE(placed[0].box.top(), 5.0);
        QCOMPARE(placed[1].box.top(), 5.0);
        QCOMPARE(placed[1].box.left(), 200.0);
    }
    void whatWouldLieOverAnotherStandsBelowIt() {
        const auto placed = place({{12, QStringLiteral("later"), Qt::red}, {10, QStringLiteral("first"), Qt::red}});
        QCOMPARE(placed.size(), std::size_t{2});
        QCOMPARE(placed[0].text, QStringLiteral("first"));
        QVERIFY(placed[1].box.top() > placed[0].box.bottom());
        QCOMPARE(placed[1].box.left(), 12.0);
    }
    void ofTooManyItIsSaidHowManyMoreThereAre() {
        std::vector<Flag> flags;
        for (int i = 0; i < 40; ++i)
            flags.push_back({10 + i * 0.5, QStringLiteral("note %1").arg(i), Qt::red});
        flags.push_back({500, QStringLiteral("far"), Qt::red});
        const auto placed = place(flags);
        for (std::size_t i = 0; i < placed.size(); ++i)
            for (std::size_t k = 0; k < i; ++k)
                QVERIFY(!placed[i].box.intersects(placed[k].box));
        int more = 0, shown = 0;
        for (const PlacedFlag& flag : placed)
            flag.text.startsWith(u'+') ? more += flag.text.mid(1).toInt() : ++shown;
        QVERIFY(more > 0);
        QCOMPARE(more + shown, 41);
        QVERIFY(std::ranges::any_of(placed, [](const PlacedFlag& flag) { return flag.text == QStringLiteral("far"); }));
    }

  private:
    static std::vector<PlacedFlag> place(std::vector<Flag> flags) {
        return placeFlags(std::move(flags), 5, QFontMetrics(QGuiApplication::font()));
    }
};

QTEST_MAIN(TestFlags)
#include "tst_flags.moc"
