// SPDX-License-Identifier: GPL-3.0-or-later
// Is everything that a picture says of itself inside the picture, whatever its size and however long the names?
#include "widgets/common/picture_caption.h"

#include "model/report/range_text.h"
#include "tests/support/story.h"
#include "widgets/common/from_utf8.h"

#include <QBuffer>
#include <QFontMetricsF>
#include <QPainter>
#include <QtTest>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::Story;

namespace {

std::shared_ptr<Trace> trace() {
    Story story;
    story.g(1).existed().runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 3_ms);
    auto told = std::const_pointer_cast<Trace>(story.told(20_ms));
    told->identity = {"service.trace", "go 1.26 trace", std::string(64, 'a')};
    return told;
}

PictureSubject subject(const Trace& trace) {
    return {.title = QStringLiteral("Lifetime heatmap: share of time spent waiting"),
            .range = trace.wholeRange(),
            .filter = {},
            .order = QStringLiteral("creation time"),
            .rows = QStringLiteral("1 row = 98 goroutines (mean)"),
            .goroutinesShown = 1,
            .goroutinesTotal = 1,
            .more = {QStringLiteral("bin 12 µs")},
            .legend = QStringLiteral("share of the bin spent waiting, 0 % … 100 %, linear"),
            .callouts = {QStringLiteral("A  1,000 goroutines wait: chan receive at sandbox.go:88")},
            .command = QStringLiteral("waitscope heatmap service.trace -o heatmap.png")};
}

QString allText(const PictureCaption::Layout& layout) {
    QString all;
    for (const auto& text : layout.texts)
        all += text.text + '\n';
    return all;
}

} // namespace

class PictureCaptionTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theEndsOfARangeAreSaidInOneUnit_data() {
        QTest::addColumn<qlonglong>("begin");
        QTest::addColumn<qlonglong>("end");
        QTest::addColumn<QString>("text");
        QTest::newRow("seconds") << 744'000'000LL << 2'603'000'000LL << QStringLiteral("0.74 s … 2.60 s");
        QTest::newRow("whole") << 1'000'000'000LL << 2'000'000'000LL << QStringLiteral("1 s … 2 s");
        QTest::newRow("close") << 2'756'193'000LL << 2'756'210'000LL << QStringLiteral("2.756193 s … 2.756210 s");
        QTest::newRow("from the start") << 0LL << 2'500'000LL << QStringLiteral("0.0 ms … 2.5 ms");
        QTest::newRow("minutes") << 60'000'000'000LL << 125'000'000'000LL << QStringLiteral("60 s … 125 s");
        QTest::newRow("one nanosecond") << 0LL << 1LL << QStringLiteral("0 ns … 1 ns");
        QTest::newRow("nanoseconds, late")
            << 5'000'000'001LL << 5'000'000'002LL << QStringLiteral("5.000000001 s … 5.000000002 s");
    }
    void theEndsOfARangeAreSaidInOneUnit() {
        QFETCH(qlonglong, begin);
        QFETCH(qlonglong, end);
        QFETCH(QString, text);
        const auto ends = endsText({begin, end});
        QCOMPARE(fromUtf8(ends.first + " … " + ends.second), text);
    }

    void everyFactReachesTheFileUnderItsName() {
        const auto t = trace();
        t->report.warnings = {{.text = "The file ends early."}};
        const PictureCaption caption(*t, subject(*t));
        QImage picture(8, 8, QImage::Format_RGB32);
        picture.fill(Qt::white);
        caption.describe(picture);
        QBuffer file;
        QVERIFY(file.open(QIODevice::ReadWrite) && picture.save(&file, "PNG"));
        const QImage read = QImage::fromData(file.data());
        for (const auto& [key, value] : caption.facts())
            QCOMPARE(read.text(key), value); // Qt writes a name with a space in it as something else
    }

    void everyFactIsWritten() {
        const auto t = trace();
        const QString text = allText(PictureCaption(*t, subject(*t)).layOut({1600, 900}));
        for (const char* fact :
             {"Lifetime heatmap", "whole trace, 20 ms", "filter: none", "ordered by creation time",
              "1 row = 98 goroutines", "1 of 1 goroutines shown", "bin 12 µs", "service.trace", "SHA-256 aaaaaaaaaaaa",
              "go 1.26 trace", "trace of 20 ms", "start time not recorded", "open waits counted to trace end",
              "Waitscope 0.1.0", "A  1,000 goroutines wait: chan receive at sandbox.go:88", "100 %, linear"})
            QVERIFY2(text.contains(QString::fromUtf8(fact)), fact);
        QVERIFY(!text.contains(QStringLiteral("warning")));
    }

    void aStartOnTheCalendarARangeAndAFilterAreNamed() {
        const auto t = trace();
        t->wallClock = WallClock{.unixNanosecondsAtStart = 1'700'000'000'000'000'000};
        t->report.warnings = {{.text = "The file ends early."}};
        PictureSubject s = subject(*t);
        s.range = {2_ms, 5_ms};
        s.filter = QStringLiteral("main.");
        const QString text = allText(PictureCaption(*t, s).layOut({1600, 900}));
        for (const char* fact : {"started 2023-11-14T22:13:20", "2 ms … 5 ms (3 ms of 20 ms)", "filter: “main.”",
                                 "1 load warning: The file ends early."})
            QVERIFY2(text.contains(QString::fromUtf8(fact)), fact);
    }

    void nothingIsCutOff_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<bool>("longNames");
        for (const auto& [w, h] :
             {std::pair{480, 320}, {480, 16384}, {640, 360}, {800, 600}, {1600, 900}, {16384, 320}})
            for (const bool longNames : {false, true})
                QTest::addRow("%dx%d%s", w, h, longNames ? " long names" : "") << w << h << longNames;
    }
    void nothingIsCutOff() {
        QFETCH(const int, width);
        QFETCH(const int, height);
        QFETCH(const bool, longNames);
        const auto t = trace();
        PictureSubject s = subject(*t);
        if (longNames) {
            t->identity.fileName = std::string(255, 'W');
            for (int i = 0; i < 30; ++i)
                t->report.warnings.push_back({.text = "Part of the file cannot be read: generation 3 is damaged."});
            s.filter = QString(300, 'M');
        }
        const PictureCaption caption(*t, s);
        const auto layout = caption.layOut(QSizeF(width, height));
        const QRectF picture(0, 0, width, height);
        for (const auto& text : layout.texts) {
            QVERIFY(picture.contains(text.rect));
            QVERIFY(text.pixels * 72 / 100 >= 9); // points at 100 units an inch, more at 96
            QVERIFY(!text.rect.intersects(layout.plot));
            QFont font = pictureFont(text.pixels);
            font.setBold(text.bold);
            // The text, if it were one line, fits the area that it got.
            QVERIFY(QFontMetricsF(font).horizontalAdvance(text.text) * text.pixels <=
                    text.rect.width() * text.rect.height());
        }
        for (qsizetype i = 1; i < layout.texts.size(); ++i)
            QVERIFY(layout.texts[i].rect.top() >= layout.texts[i - 1].rect.bottom());
        QVERIFY(picture.contains(layout.plot));
        QVERIFY2(layout.plot.height() >= 110, qPrintable(QString::number(layout.plot.height())));
    }

    void aCalloutWithoutRoomIsSaidBriefly() {
        const auto t = trace();
        PictureSubject s = subject(*t);
        s.callouts = {QStringLiteral("A  HIGH  ") + QString(200, 'x') + QStringLiteral(" at sandbox.go:88")};
        s.briefCallouts = {QStringLiteral("A  HIGH  1,000 × chan receive at sandbox.go:88")};
        QVERIFY(allText(PictureCaption(*t, s).layOut({1600, 900})).contains(s.callouts[0]));
        QVERIFY(allText(PictureCaption(*t, s).layOut({480, 320})).contains(s.briefCallouts[0]));
        s.briefCallouts = {QString()};
        QVERIFY(allText(PictureCaption(*t, s).layOut({480, 320})).contains(QStringLiteral("A  HIGH  xxx")));
    }
    void inkStaysInsideTheRectangles() {
        const auto t = trace();
        const PictureCaption caption(*t, subject(*t));
        QImage picture = emptyPicture({480, 320}, 2);
        QCOMPARE(picture.size(), QSize(960, 640));
        {
            QPainter painter(&picture);
            caption.paint(painter, {480, 320});
        }
        const auto layout = caption.layOut({480, 320});
        int inked = 0;
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x)
                if (picture.pixel(x, y) != qRgb(255, 255, 255)) {
                    ++inked;
                    const QPointF at(x / 2.0, y / 2.0);
                    QVERIFY(
                        std::ranges::any_of(layout.texts, [&](const auto& text) { return text.rect.contains(at); }));
                }
        QVERIFY(inked > 2000);
    }

    void aPngCarriesTheFacts() {
        const auto t = trace();
        QImage picture = emptyPicture({480, 320}, 1);
        PictureCaption(*t, subject(*t)).describe(picture);
        QBuffer file;
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(picture.save(&file, "PNG"));
        const QImage read = QImage::fromData(file.data(), "PNG");
        QCOMPARE(read.text("SHA-256"), QString(64, 'a'));
        QCOMPARE(read.text("Trace"), QStringLiteral("service.trace"));
        QCOMPARE(read.text("Title"), QStringLiteral("Lifetime heatmap: share of time spent waiting"));
        QCOMPARE(read.text("Rows"), QStringLiteral("1 row = 98 goroutines (mean)"));
        QCOMPARE(read.text("Software"), QStringLiteral("Waitscope 0.1.0"));
        QCOMPARE(read.text("Command"), QStringLiteral("waitscope heatmap service.trace -o heatmap.png"));
        QCOMPARE(read.text("Callouts"), QStringLiteral("A  1,000 goroutines wait: chan receive at sandbox.go:88"));
    }

    void anImpossibleSizeIsNoPicture() {
        QVERIFY(emptyPicture({0, 10}, 1).isNull());
        QVERIFY(emptyPicture({40'000, 10}, 1).isNull());
        QVERIFY(emptyPicture({16'384, 10}, 2).isNull());
    }
};

QTEST_MAIN(PictureCaptionTest)
#include "tst_picture_caption.moc"
